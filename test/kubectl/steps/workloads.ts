import { step } from '../step.ts'

const conditions = (job: string) =>
  `kubectl get job ${job} -o jsonpath='{range .status.conditions[*]}{.type}={.reason} {end}{.status.completedIndexes}'`

/** The kinds beside Deployments through what people do with them; what is started first runs while the rest is tried. */
export const workloadSteps = [
  step(
    'kubectl apply -f workloads.yaml',
    `job.batch/picky created
     job.batch/strict created
     daemonset.apps/agents created
     statefulset.apps/db created`,
  ),
  step(
    'kubectl apply -f wrong-job.yaml',
    `The Job "wrong" is invalid:
     * spec.successPolicy: Invalid value: …: requires indexed completion mode
     * spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"`,
    { code: 1 },
  ),
  step('kubectl create job tonight --from=cronjob/nightly', 'job.batch/tonight created'),

  step('kubectl wait --for=condition=complete job/picky --timeout=60s', 'job.batch/picky condition met'),
  step(conditions('picky'), 'SuccessCriteriaMet=SuccessPolicy Complete=SuccessPolicy 0'),
  step('kubectl wait --for=condition=failed job/strict --timeout=60s', 'job.batch/strict condition met'),
  step(conditions('strict'), 'FailureTarget=PodFailurePolicy Failed=PodFailurePolicy'),
  step(
    'kubectl get events --field-selector reason=PodFailurePolicy -o jsonpath={.items[*].message}',
    'Container main for pod …/strict-… failed with exit code 42 matching FailJob rule at index 0',
    { soon: true },
  ),

  step('kubectl wait --for=condition=complete job/tonight --timeout=60s', 'job.batch/tonight condition met'),
  step(
    `kubectl get job tonight -o jsonpath='{.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name} {.metadata.annotations}'`,
    'CronJob/nightly {"cronjob.kubernetes.io/instantiate":"manual"}',
  ),

  step('kubectl rollout status daemonset/agents --timeout=60s', '⋮\ndaemon set "agents" successfully rolled out'),
  step('kubectl set env daemonset/agents COLOUR=blue', 'daemonset.apps/agents env updated'),
  step('kubectl rollout status daemonset/agents --timeout=60s', '⋮\ndaemon set "agents" successfully rolled out'),
  step('kubectl rollout history daemonset/agents', 'daemonset.apps/agents\nREVISION CHANGE-CAUSE\n1 <none>\n2 <none>'),
  step('kubectl get daemonset agents --no-headers', 'agents 2 2 2 2 2 <none> …'),

  step(
    'kubectl rollout status statefulset/db --timeout=60s',
    '⋮\npartitioned roll out complete: 2 new pods have been updated...',
  ),
  step('kubectl scale statefulset/db --replicas=3', 'statefulset.apps/db scaled'),
  step(
    `kubectl patch statefulset db -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}'`,
    'statefulset.apps/db patched',
  ),
  step('kubectl set env statefulset/db COLOUR=blue', 'statefulset.apps/db env updated'),
  step(
    'kubectl rollout status statefulset/db --timeout=60s',
    '⋮\npartitioned roll out complete: 1 new pods have been updated...',
  ),
  step(
    `kubectl get pods -l app=db -o jsonpath='{range .items[*]}{.metadata.name}={.spec.containers[0].env[0].value} {end}'`,
    'db-0= db-1= db-2=blue',
  ),
  step('kubectl scale statefulset/db --replicas=2', 'statefulset.apps/db scaled'),
  step('kubectl get pods -l app=db -o name', 'pod/db-0\npod/db-1', { soon: true }),
  step('kubectl delete -f workloads.yaml --wait=false | wc -l', '4'),
  step('kubectl get pods -l suite=workloads', 'No resources found in … namespace.', { soon: true }),
]
