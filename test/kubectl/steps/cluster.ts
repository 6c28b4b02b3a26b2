import { step } from '../step.ts'

export const clusterSteps = [
  step(
    'kubectl version',
    (version) => `Client Version: v${version === '1.32.3' ? '1.32.…' : version}
    Kustomize Version: v…
    Server Version: v1.36.…
    ⋮`,
  ),
  step(
    'kubectl cluster-info',
    `Kubernetes control plane is running at https://127.0.0.1:…
    CoreDNS is running at https://127.0.0.1:…/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy
    ⋮`,
  ),
  step('kubectl get --raw /readyz', 'ok'),
  step('kubectl get --raw /healthz', 'ok'),
  step(
    'kubectl api-versions | grep -E "^(v1|apps/v1|batch/v1|discovery.k8s.io/v1)$"',
    'apps/v1\nbatch/v1\ndiscovery.k8s.io/v1\nv1',
  ),
  step(
    'kubectl api-resources | grep -E "^(NAME|pods|deployments|nodes|events) "',
    `NAME SHORTNAMES APIVERSION NAMESPACED KIND
     events ev v1 true Event
     nodes no v1 false Node
     pods po v1 true Pod
     deployments deploy apps/v1 true Deployment
     events ev events.k8s.io/v1 true Event
     nodes metrics.k8s.io/v1beta1 false NodeMetrics
     pods metrics.k8s.io/v1beta1 true PodMetrics`,
  ),
  step(
    'kubectl api-resources --api-group=apps --namespaced -o name',
    'controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps',
  ),
  step('kubectl explain pod.spec.containers.image', 'KIND: Pod\nVERSION: v1\nFIELD: image <string>\n⋮'),
  step(
    'kubectl explain deployment.spec.strategy',
    `GROUP: apps
    KIND: Deployment
    VERSION: v1
    FIELD: strategy <DeploymentStrategy>
    ⋮
    FIELDS:
    ⋮
    rollingUpdate <RollingUpdateDeployment>
    ⋮
    type <string>
    ⋮`,
  ),
  step(
    'kubectl explain pod.spec.containers.ports --recursive',
    `KIND: Pod
    VERSION: v1
    ⋮
    FIELDS:
    containerPort <integer> -required-
    ⋮
    protocol <string>
    enum: SCTP, TCP, UDP
    ⋮`,
  ),
  step(
    'kubectl explain deployment.spec --output=plaintext-openapiv2',
    `KIND: Deployment
    VERSION: apps/v1
    RESOURCE: spec <Object>
    ⋮
    selector <Object> -required-
    ⋮
    template <Object> -required-
    ⋮`,
  ),
  step('kubectl explain pod.spec.nothing', '⋮\nerror: field "nothing" does not exist', { code: 1 }),
  step('kubectl auth can-i create pods', 'yes'),
  step(
    'kubectl auth can-i list pods --as=system:serviceaccount:$(kubectl config view --minify -o jsonpath={..namespace}):visitor',
    'yes',
  ),
  step(
    'kubectl auth can-i delete pods --as=system:serviceaccount:$(kubectl config view --minify -o jsonpath={..namespace}):visitor',
    'no',
    { code: 1 },
  ),
  step(
    'kubectl auth can-i --list --as=system:serviceaccount:$(kubectl config view --minify -o jsonpath={..namespace}):visitor | grep pods',
    'pods [] [] [get list]',
  ),
  step('kubectl auth whoami', 'ATTRIBUTE VALUE\nUsername kubernetes-admin\nGroups [… system:authenticated]'),
  step('kubectl top nodes', 'NAME CPU(cores) CPU… MEMORY(bytes) MEMORY…\n…-1 …m …% …Mi …%\n…-2 …m …% …Mi …%', {
    soon: true,
  }),
  step('kubectl top pods -n kube-system', 'NAME CPU(cores) MEMORY(bytes)\ncoredns-… …m …Mi', { soon: true }),
  step(
    'kubectl get storageclass',
    'NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE\nlocal (default) local.slipway.io Delete WaitForFirstConsumer true …',
  ),
  step('kubectl get ingressclass', 'NAME CONTROLLER PARAMETERS AGE\nslipway slipway.io/ingress <none> …'),
  step('kubectl get namespaces default kube-system', 'NAME STATUS AGE\ndefault Active …\nkube-system Active …'),
  step('kubectl get serviceaccount default', '⋮\ndefault …'),
  step('kubectl get configmap kube-root-ca.crt', 'NAME DATA AGE\nkube-root-ca.crt 1 …'),
  step('kubectl get service kubernetes -n default --no-headers', 'kubernetes ClusterIP 10.… <none> 443/TCP …'),
  step('kubectl get --raw /openapi/v3 | head -c 10', '{"paths":{'),
]
