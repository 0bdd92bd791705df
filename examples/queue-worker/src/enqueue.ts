import { Queue } from 'bullmq';
import { connection, QUEUE } from './queue.js';

const queue = new Queue<string>(QUEUE, { connection });
const documents = process.argv.slice(2);
await queue.addBulk(documents.map((data) => ({ name: 'document', data })));
await queue.close();
console.log(`Added ${documents.length} jobs`);
