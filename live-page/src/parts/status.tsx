import type { AgentRow } from '../../../src/live/answers.js';
import { Glyph, type Level } from './glyph.js';

export interface StatusProps {
  readonly level: Level;
  readonly word: string;
}

export function Status({ level, word }: StatusProps) {
  return (
    <span class={`status ${level}`}>
      <Glyph level={level} />
      <span>{word}</span>
    </span>
  );
}

type AgentStatus = AgentRow['status'];

const AGENT_STATUS: Readonly<Record<AgentStatus, StatusProps>> = {
  failing: { level: 'bad', word: 'Failing' },
  hanging: { level: 'bad', word: 'Hanging' },
  ok: { level: 'ok', word: 'OK' },
  idle: { level: 'idle', word: 'Idle' },
};

export function AgentStatusMark({ status }: { readonly status: AgentStatus }) {
  return <Status {...AGENT_STATUS[status]} />;
}

/** The worst first. */
export const STATUS_RANK: Readonly<Record<AgentStatus, number>> = {
  hanging: 0,
  failing: 1,
  ok: 2,
  idle: 3,
};

export const isTrouble = (status: AgentStatus): boolean =>
  STATUS_RANK[status] < 2;
