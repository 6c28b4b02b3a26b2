import { step } from '../step.ts'

const conflict = (manager: string) => `error: Apply failed with 1 conflict: conflict with ${manager}: .data.a
Please review the fields above--they currently have other managers. Here
⋮`

export const changeSteps = [
  step('kubectl diff -f settings.yaml', '⋮\n+data:\n+ a: one\n⋮', { code: 1 }),
  step('kubectl apply -f settings.yaml --dry-run=server', 'configmap/settings created (server dry run)'),
  step('kubectl get configmap settings', 'Error from server (NotFound): configmaps "settings" not found', { code: 1 }),
  step('kubectl apply -f settings.yaml', 'configmap/settings created'),
  step('kubectl diff -f settings.yaml', ''),
  step('kubectl diff -f settings-changed.yaml', '⋮\n- a: one\n+ a: changed\n⋮', { code: 1 }),
  step('kubectl apply -f settings-changed.yaml', 'configmap/settings configured'),
  step('kubectl apply view-last-applied configmap settings', '⋮\ndata:\na: changed\nb: two\n⋮'),

  step(
    'kubectl apply --server-side -f settings.yaml --field-manager=other',
    conflict('"kubectl-client-side-apply" using v1'),
    { code: 1 },
  ),
  step(
    'kubectl apply --server-side -f settings.yaml --field-manager=other --force-conflicts',
    'configmap/settings serverside-applied',
  ),
  step('kubectl get configmap settings -o jsonpath={.data.a}', 'one'),
  step('kubectl apply --server-side -f settings-changed.yaml --field-manager=third', conflict('"other"'), { code: 1 }),
  step(
    `kubectl get configmap settings --show-managed-fields -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation}{"\\n"}{end}'`,
    'other Apply\n⋮',
  ),

  step('kubectl label configmap settings tier=front', 'configmap/settings labeled'),
  step(
    'kubectl label configmap settings tier=back',
    "error: 'tier' already has a value (front), and --overwrite is false",
    { code: 1 },
  ),
  step('kubectl label configmap settings tier=back --overwrite', 'configmap/settings labeled'),
  step('kubectl get configmaps -l tier=back,app=shop', 'NAME DATA AGE\nsettings 2 …'),
  step('kubectl get configmaps -l "tier in (front)"', 'No resources found in … namespace.'),
  step('kubectl label configmap settings tier-', 'configmap/settings unlabeled'),
  step('kubectl annotate configmap settings note="a b"', 'configmap/settings annotated'),
  step(`kubectl get configmap settings -o jsonpath='{.metadata.annotations.note}'`, 'a b'),

  step(`kubectl patch configmap settings -p '{"data":{"c":"three"}}'`, 'configmap/settings patched'),
  step(
    `kubectl patch configmap settings --type=merge -p '{"data":{"c":"three"}}'`,
    'configmap/settings patched (no change)',
  ),
  step(`kubectl patch configmap settings --type=merge -p '{"data":{"c":null}}'`, 'configmap/settings patched'),
  step(
    `kubectl patch configmap settings --type=json -p '[{"op":"replace","path":"/data/b","value":"2"}]'`,
    'configmap/settings patched',
  ),
  step(`kubectl get configmap settings -o jsonpath='{.data}'`, '{"a":"one","b":"2"}'),
  step(
    `kubectl patch configmap settings --type=json -p '[{"op":"test","path":"/data/b","value":"9"}]'`,
    'The request is invalid: the server rejected our request due to an error in our request',
    { code: 1 },
  ),
  step(
    `kubectl patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'`,
    'scale.autoscaling/web patched (no change)',
  ),
  step(
    `kubectl patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}' && kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[*].image}'`,
    'deployment.apps/web patched\nnginx:1.29-alpine',
  ),
  step(
    `kubectl patch deployment web --type=merge -p '{"spec":{"replicas":"many"}}'`,
    `The request is invalid: patch: Invalid value: …: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
    { code: 1 },
  ),

  step(
    'kubectl get configmap settings -o yaml | sed "s/b: .*/b: new/" > read.yaml && kubectl replace -f read.yaml',
    'configmap/settings replaced',
  ),
  step(
    'kubectl replace -f read.yaml',
    'Error from server (Conflict): error when replacing "read.yaml": Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again',
    { code: 1 },
  ),
  step(
    'kubectl replace --force -f read.yaml',
    (version) =>
      `configmap "settings" deleted${version === '1.36.6' ? ' from … namespace' : ''}\nconfigmap/settings replaced`,
  ),
  step('EDITOR="sed -i s/new/edited/" kubectl edit configmap settings', 'configmap/settings edited'),
  step('EDITOR=true kubectl edit configmap settings', 'Edit cancelled, no changes made.'),
  step('kubectl get configmap settings -o jsonpath={.data.b}', 'edited'),
  step(
    'kubectl get configmap settings -o yaml | sed "s/name: settings/name: No_Name/; /resourceVersion/d; /uid/d" | kubectl create -f -',
    `The ConfigMap "No_Name" is invalid: metadata.name: Invalid value: "No_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    { code: 1 },
  ),
  step(
    `(sleep 1; kubectl run seen --image=busybox:1.37 -l app=seen -- sleep 100000 >/dev/null) & upto "1/1 +Running" kubectl get pods -l app=seen --watch`,
    `NAME READY STATUS RESTARTS AGE
     seen 0/1 Pending 0 0s
     ⋮
     seen 0/1 ContainerCreating 0 …s
     ⋮
     seen 1/1 Running 0 …s`,
  ),
  step('kubectl wait --for=jsonpath="{.status.phase}"=Running pod/seen --timeout=20s', 'pod/seen condition met'),
  step(
    'kubectl wait --for=condition=Ready pod/nobody --timeout=2s',
    'Error from server (NotFound): pods "nobody" not found',
    { code: 1 },
  ),
  step(
    'kubectl wait --for=condition=Nothing pod/seen --timeout=1s',
    'error: timed out waiting for the condition on pods/seen',
    { code: 1 },
  ),
]
