import { levelBackends } from '../level-backends.js';
import { processorWindowWithDuplicates } from './processor-subjects.js';
import { storeContract } from './store-contract.js';
import { addedTimeBuckets, SUBJECTS } from './subjects.js';

for (const subject of [...Object.values(SUBJECTS), addedTimeBuckets, processorWindowWithDuplicates]) {
  for (const backend of levelBackends) storeContract(subject(), backend);
}
