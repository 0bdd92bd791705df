export {
  createAgent,
  modelFallbackMiddleware,
  modelRetryMiddleware,
  summarizationMiddleware,
} from 'langchain';
