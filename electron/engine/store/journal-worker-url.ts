/** The worker's file. The bundler knows this form and makes the worker a file of its own. */
export const journalWorkerUrl = new URL('./journal-worker.ts', import.meta.url)
