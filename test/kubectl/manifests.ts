import { shellPod, webDeployment } from '../support/workloads.ts'

const settings = (a: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: settings, labels: { app: shop } }
data: { a: "${a}", b: two }
`

const template = (app: string, spec: string) => `template:
    metadata: { labels: { app: ${app}, suite: workloads } }
    spec: ${spec}
`
const shell = (script: string, restartPolicy = 'Always') =>
  `{ terminationGracePeriodSeconds: 1, restartPolicy: ${restartPolicy}, containers: [{ name: main, image: "busybox:1.37", command: [sh, -c, "${script}"] }] }`

const workloads = `apiVersion: batch/v1
kind: Job
metadata: { name: picky }
spec:
  completions: 2
  parallelism: 2
  completionMode: Indexed
  successPolicy: { rules: [{ succeededIndexes: "0" }] }
  ${template('picky', shell('test $JOB_COMPLETION_INDEX = 0 || exec sleep 100000', 'Never'))}---
apiVersion: batch/v1
kind: Job
metadata: { name: strict }
spec:
  podFailurePolicy: { rules: [{ action: FailJob, onExitCodes: { operator: In, values: [42] } }] }
  ${template('strict', shell('exit 42', 'Never'))}---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agents }
spec:
  selector: { matchLabels: { app: agents } }
  ${template('agents', shell('exec sleep 100000'))}---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 2
  serviceName: db
  selector: { matchLabels: { app: db } }
  ${template('db', shell('exec sleep 100000'))}`

const wrongJob = `apiVersion: batch/v1
kind: Job
metadata: { name: wrong }
spec:
  successPolicy: { rules: [{ succeededCount: 1 }] }
  ${template('wrong', shell('true'))}`

/** The files in the folder where the shell of the tests stands. */
export const manifests: Readonly<Record<string, string>> = {
  'web.yaml': webDeployment('web', 2),
  'web-3.yaml': webDeployment('web', 3),
  'settings.yaml': settings('one'),
  'settings-changed.yaml': settings('changed'),
  'ticker.yaml': shellPod(
    'ticker',
    'i=0; while true; do i=$((i+1)); echo line $i; sleep 0.5; done',
    [
      '    - { name: side, image: "busybox:1.37", command: [sh, -c, "echo from the side; exec sleep 100000"] }',
      '',
    ].join('\n'),
  ),
  'box.yaml': shellPod('box', 'exec sleep 100000'),
  'crash.yaml': shellPod('crash', 'echo about to fail; exit 3'),
  'replication-controller.yaml': `apiVersion: v1
kind: ReplicationController
metadata:
  name: old
spec:
  replicas: 1
  template:
    metadata:
      labels:
        app: replicated
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: busybox:1.37
          args: [sleep, "100000"]
`,
  'reader.yaml': `apiVersion: v1
kind: Pod
metadata: { name: reader }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - { name: main, image: "busybox:1.37", stdin: true, command: [sh, -c, "while read line; do echo got $line; done; exec sleep 100000"] }
`,
  'workloads.yaml': workloads,
  'wrong-job.yaml': wrongJob,
  'letter.txt': 'dear kubectl\n',
}
