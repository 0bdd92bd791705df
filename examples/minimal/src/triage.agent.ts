import { Injectable } from '@nestjs/common';
import { Agent, Counted, Timed } from 'nestjs-agent-metrics';

/** The words by which each team recognises its tickets. */
const TEAMS: Record<string, RegExp> = {
  billing: /\b(invoice|refund|charged|price)\b/i,
  accounts: /\b(password|login|sign in|account)\b/i,
};

@Agent('Triage')
@Injectable()
export class TriageAgent {
  @Timed()
  @Counted()
  async run(ticket: string): Promise<string> {
    const teams = Object.entries(TEAMS);
    const match = teams.find(([, words]) => words.test(ticket));
    return match?.[0] ?? 'support';
  }
}
