import type { CodeChange } from './changed-code.js';

/** A rule of the group, and the change of the code that takes it away. */
export interface Rule extends CodeChange {
  readonly rule: string;
}

/** Each is needed: without it, some schedule shows a fault. */
export const RULES: readonly Rule[] = [
  {
    rule: 'only one member can commit a ledger of a number',
    file: 'ledger.ts',
    from: 'await this.files.link(draft, fileOf(number))',
    to: 'await this.files.rename(draft, fileOf(number))',
  },
  {
    rule: 'a commit is valid only if a later ledger builds on it',
    file: 'ledger.ts',
    from: 'if (!latest.commits.includes(id)) return false;',
    to: '',
  },
  {
    rule: 'a member that others prevent from entering the ledger tries again',
    file: 'group.ts',
    from: 'if (await this.ledgers.commit(ledger, content)) return content.epoch;',
    to: 'await this.ledgers.commit(ledger, content);\n      return content.epoch;',
  },
  {
    rule: 'the last state of an ended member no longer changes',
    file: 'group.ts',
    from: "await this.readFolder('c', 'final', found)",
    to: "await this.readFolder('c', 'values', found)",
  },
  {
    rule: 'readers read again if a member is missing',
    file: 'group.ts',
    from: 'missed.length === 0 || reads === MAX_READS',
    to: 'reads > 0',
  },
  {
    rule: 'readers fold a member that is missing again',
    file: 'group.ts',
    from: 'if (lost.length > 0) await this.foldEnded(lost);',
    to: 'if (lost.length > 0) reads = MAX_READS - 1;',
  },
  {
    rule: 'a member that was taken for dead before the ledger had it does not enter',
    file: 'group.ts',
    from: 'if (seqOfEnded(ledger, id) !== undefined) return undefined;',
    to: '',
  },
  {
    rule: 'a member is marked as ended before its last state is frozen',
    file: 'group.ts',
    from: 'await this.files.rename(`m/${id}`, `c/${id}`);\n    await this.files.link(`c/${id}/values`, `c/${id}/final`);',
    to: 'await this.files.link(`m/${id}/values`, `m/${id}/final`);\n    await this.files.rename(`m/${id}`, `c/${id}`);\n    await this.files.link(`c/${id}/values`, `c/${id}/final`);',
  },
  {
    rule: 'whoever folds freezes the ended members first',
    file: 'group.ts',
    from: 'for (const id of ids) await this.end(id);',
    to: '',
  },
  {
    rule: 'a fold that another commit has prevented is made again',
    file: 'group.ts',
    from: 'while (!(await this.foldOnce(ids, dead)));',
    to: 'await this.foldOnce(ids, dead);',
  },
  {
    rule: 'only members of the ledger are counted',
    file: 'group.ts',
    from: 'ledger.members.includes(id)\n          ?',
    to: 'ids.length > 0\n          ?',
  },
  {
    rule: 'the folder of an ended member is kept until its values are in the ledger',
    file: 'group.ts',
    from: 'while (!(await this.foldOnce(ids, dead)));\n    for (const id of ids) await this.files.remove(`c/${id}`);',
    to: 'for (const id of ids) await this.files.remove(`c/${id}`);\n    while (!(await this.foldOnce(ids, dead)));',
  },
  {
    rule: 'a member that does not answer in time is not taken for dead',
    file: 'group.ts',
    from: "results.some((one) => one === 'saved' || one === 'late')",
    to: "results.some((one) => one === 'saved')",
  },
  {
    rule: 'totals go on if no member lives but they are to be kept',
    file: 'group.ts',
    from: 'isAlive || (start.goesOn && isSameBoot)',
    to: 'isAlive',
  },
  {
    rule: 'totals that begin from zero end the members of the old ones',
    file: 'group.ts',
    from: 'for (const one of ledger.members) await this.end(one);',
    to: '',
  },
  {
    rule: 'a gather saves the own state',
    file: 'group.ts',
    from: 'save().catch(failed),',
    to: '',
  },
  {
    rule: 'a member checks after each save that it has not been taken for dead',
    file: 'group-member.ts',
    from: 'return isKept && this.files.exists(folder);',
    to: 'return isKept;',
  },
  {
    rule: 'a member checks that its last state is the one that others count',
    file: 'group-member.ts',
    from: 'return isLinked && this.files.rename(folder, `c/${this.id}`);',
    to: 'await this.files.rename(folder, `c/${this.id}`);\n return true;',
  },
  {
    rule: 'the last state of a member does not replace the one that others count',
    file: 'group-member.ts',
    from: 'const isLinked = await this.files.link(',
    to: 'const isLinked = await this.files.rename(',
  },
  {
    rule: 'a member folds its state before it is born again',
    file: 'group-member.ts',
    from: 'await this.group.foldEnded([id]);',
    to: '',
  },
  {
    rule: 'a member subtracts what is counted elsewhere',
    file: 'group-member.ts',
    from: 'if (seq !== 0) this.own.subtract(seq);',
    to: '',
  },
  {
    rule: 'a member subtracts the state that was counted, and not its last one',
    file: 'group-member.ts',
    from: 'this.own.subtract(seq);',
    to: "this.own.subtract('last');",
  },
  {
    rule: 'a member counts all that it has if the totals have begun from zero',
    file: 'group-member.ts',
    from: 'if (this.epoch === epoch) return;',
    to: 'return;',
  },
  {
    rule: 'a member writes its last state after a running save',
    file: 'group-member.ts',
    from: "while (this.phase === 'ending') await this.save();",
    to: 'await this.saveOnce();',
  },
  {
    rule: 'a member that was taken for dead while it ended ends once more',
    file: 'group-member.ts',
    from: "while (this.phase === 'ending') await this.save();",
    to: 'await this.save();',
  },
];
