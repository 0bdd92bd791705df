import type { EventLoopYielder } from '../core/event-loop-yielder.js';
import type { Gatherer } from '../registry/gatherer.js';
import { chooseDirectory, prepareDirectory } from './group-directory.js';
import {
  type GroupConfig,
  type GroupObserver,
  ProcessGroup,
} from './process-group.js';
import type { ProcessesConfig } from './processes.options.js';

/**
 * Makes this process a member of the group of its app.
 *
 * @throws {OptionsError} if the directory cannot be used.
 */
export async function joinGroup(
  config: ProcessesConfig & Pick<GroupConfig, 'goesOn'>,
  gatherer: Gatherer,
  yielder: EventLoopYielder,
  observer: GroupObserver,
  startExemplarWindow: () => void,
) {
  const { saveInterval, goesOn } = config;
  const directory = chooseDirectory(config);
  await prepareDirectory(directory);
  const group = new ProcessGroup(
    { directory, saveInterval, goesOn },
    gatherer,
    yielder,
    observer,
    startExemplarWindow,
  );
  return { group, leave: await group.start() };
}
