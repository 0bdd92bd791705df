import type { AgentsAnswer } from '../answers.js';
import { AgentMeasures } from '../query/agent-measures.js';
import { agentRow, byAttention } from './agent-rows.js';
import { MAX_ROWS, type View } from './view.js';

/** All agents. */
export const agents: View<AgentsAnswer> = ({ query, findings }) => {
  const { all } = new AgentMeasures(query);
  return () => ({
    agents: [...all.values()]
      .map((agent) => agentRow(agent, findings))
      .sort(byAttention)
      .slice(0, MAX_ROWS),
  });
};
