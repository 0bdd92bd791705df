export type { MetricsStore } from '../metrics-store.js';
export type {
  FilePersistence,
  PersistenceOptions,
  StorePersistence,
} from '../persistence.options.js';
export { type KeyvLike, keyvStore } from './keyv-store.js';
