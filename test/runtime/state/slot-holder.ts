import { takeSlot } from '../../../streams/runtime/state/state-directory.js';

/** A process that takes a slot, says which, and holds it until it is killed or its standard input ends. */
const [, , stateDir = '', applicationId = ''] = process.argv;
const slot = await takeSlot(stateDir, applicationId, { debug() {}, info() {}, warn() {}, error() {} });
process.stdout.write(`${JSON.stringify({ instanceId: slot.instanceId, location: slot.location })}\n`);
process.stdin.resume();
process.stdin.on('end', () => void slot.release());
