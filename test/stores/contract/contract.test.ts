import { levelBackends } from '../level-backends.js';
import { storeContract } from './store-contract.js';
import { SUBJECTS } from './subjects.js';

for (const subject of Object.values(SUBJECTS)) {
  for (const backend of levelBackends) storeContract(subject(), backend);
}
