/** Holds a finished pod until the Job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking'
