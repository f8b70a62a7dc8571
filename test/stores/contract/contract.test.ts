import { levelBackends } from '../level-backends.js';
import { processorWindowWithDuplicates } from './processor-subjects.js';
import { storeContract } from './store-contract.js';
import { SUBJECTS } from './subjects.js';

for (const subject of [...Object.values(SUBJECTS), processorWindowWithDuplicates]) {
  for (const backend of levelBackends) storeContract(subject(), backend);
}
