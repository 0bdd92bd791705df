/** The conditions of the variables that all dashboards have. */
export const TARGET = {
  job: '=~"$job"',
  instance: '=~"$instance"',
} as const;

/** The condition of what has no instance, such as alerts. */
export const JOB = { job: TARGET.job } as const;

/** The chosen agents, in the metrics of the package. */
export const AGENT = { ...TARGET, agent: '=~"$agent"' } as const;

/** The condition of the chosen models for the label `model` of the package's metrics, which has the model that answered if it is known. */
export const ANSWERING_MODEL = '=~"$model|$response_model"';

/** The condition of failed calls for the label `status`. */
export const ERROR = '="error"';

/** The condition of failures for the label `error_type`, which only they have. */
export const PRESENT = '!=""';

/** A series for each instance, and its name in the legend. */
export const BY_INSTANCE = ['instance'] as const;
export const INSTANCE = '{{instance}}';
