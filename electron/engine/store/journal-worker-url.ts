/** The worker's file: the source beside this one, or after bundling the `journal-worker.js` beside the bundle. */
export const journalWorkerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './journal-worker.ts' : './journal-worker.js',
  import.meta.url,
)
