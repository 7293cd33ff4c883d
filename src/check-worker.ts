// A thread of `khodbg check`: checks the scenarios whose paths it is sent, and sends back what came of them.
import { parentPort } from 'node:worker_threads';
import { checkScenario } from './check-scenarios.ts';

parentPort?.on('message', (file: string) => {
  // what is thrown here is a mistake of the program: the one who waits is told by the thread's end
  void checkScenario(file).then(
    (result) => parentPort?.postMessage(result),
    (error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    },
  );
});
