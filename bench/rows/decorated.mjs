import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import prom from 'prom-client';
import { runCell } from '../lib/cell.mjs';
import { interleave, pace } from '../lib/rounds.mjs';
import { failed, faster, within } from '../lib/rows.mjs';
import { differences } from '../lib/stats.mjs';

export const title = 'A decorated method, over the undecorated one';

export const cells = { decorated };

async function decorated({ quick }) {
  const { app, agent } = await agentInApp();
  const plain = new (agentClass())();
  const byHand = timedByHand(new (agentClass())());
  const withProm = timedWithProm(new (agentClass())());
  const { total, ...peer } = withProm;
  const figures = await interleave(
    {
      plain: calls(plain),
      ours: calls(agent),
      bound: calls(byHand),
      peer: { ...calls(peer), total },
    },
    pace(quick),
  );
  await app.close();
  return figures;
}

/** A class of its own for each contestant, so that none shares what V8 learns about another. */
function agentClass() {
  return class Agent {
    async run(prompt) {
      return prompt;
    }
  };
}

/** As a user has it; decorators are functions, which plain JavaScript calls itself. */
async function agentInApp() {
  const { Counted, MetricsModule, Timed } =
    await import('nestjs-agent-metrics');
  const Agent = agentClass();
  const method = Object.getOwnPropertyDescriptor(Agent.prototype, 'run');
  Counted()(Agent.prototype, 'run', method);
  Timed()(Agent.prototype, 'run', method);
  Object.defineProperty(Agent.prototype, 'run', method);
  Injectable()(Agent);
  class AppModule {}
  Module({
    imports: [MetricsModule.forRoot({ prometheus: { defaultMetrics: false } })],
    providers: [Agent],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
  });
  return { app, agent: app.get(Agent) };
}

/** The lower bound: the clock read twice and one promise reaction. */
function timedByHand(agent) {
  let sum = 0;
  return {
    run(prompt) {
      const start = process.hrtime.bigint();
      return agent.run(prompt).then((result) => {
        sum += Number(process.hrtime.bigint() - start);
        return result;
      });
    },
    seconds: () => sum / 1e9,
  };
}

/** What one writes by hand with prom-client. */
function timedWithProm(agent) {
  const registry = new prom.Registry();
  const of = { labelNames: ['agent', 'method', 'status'], help: 'x' };
  const registers = [registry];
  const calls = new prom.Counter({ ...of, name: 'calls_total', registers });
  const seconds = new prom.Histogram({ ...of, name: 'seconds', registers });
  const labels = { agent: 'Agent', method: 'run' };
  return {
    async run(prompt) {
      const stop = seconds.startTimer(labels);
      const result = await agent.run(prompt);
      stop({ status: 'success' });
      calls.inc({ ...labels, status: 'success' });
      return result;
    },
    total: async () => (await calls.get()).values[0].value,
  };
}

function calls(agent) {
  return {
    run: async (n) => {
      for (let i = 0; i < n; i++) await agent.run(i);
    },
  };
}

/** @param {boolean} quick */
export async function* rows(quick) {
  const name = '@Timed() @Counted() on an async method';
  const measured = await runCell(import.meta.url, 'decorated', { quick }).catch(
    (error) => ({ error }),
  );
  if (measured.error) return yield failed(name, measured.error);
  const over = (contestant) => differences(contestant, measured.plain);
  const ours = over(measured.ours);
  const peer = over(measured.peer);
  const bound = over(measured.bound);
  const unit = 'ns';
  yield within({
    name: `${name}: two clock reads + one promise reaction`,
    unit,
    ours,
    peer,
    bound,
    atMost: 1.5,
  });
  yield faster({
    name: `${name}: prom-client timer + inc by hand`,
    unit,
    ours,
    peer,
    bound,
  });
}
