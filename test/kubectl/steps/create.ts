import { deleted, step } from '../step.ts'

export const createSteps = [
  step('kubectl create deployment made --image=busybox:1.37 -- sleep 100000', 'deployment.apps/made created'),
  step('kubectl create configmap facts --from-literal=a=1 --from-file=letter.txt', 'configmap/facts created'),
  step(
    'kubectl create configmap facts --from-literal=a=1',
    'error: failed to create configmap: configmaps "facts" already exists',
    { code: 1 },
  ),
  step(
    'kubectl describe configmap facts',
    `Name: facts
     Namespace: …
     Labels: <none>
     Annotations: <none>
     Data
     ====
     ⋮
     letter.txt:
     ----
     dear kubectl
     ⋮
     BinaryData
     ====
     Events: <none>`,
  ),
  step('kubectl create secret generic door --from-literal=key=open', 'secret/door created'),
  step('kubectl get secret door', 'NAME TYPE DATA AGE\ndoor Opaque 1 …s'),
  step('kubectl get secret door -o jsonpath={.data.key} | base64 -d', 'open'),
  step('kubectl describe secret door', 'Name: door\n⋮\nType: Opaque\nData\n====\nkey: 4 bytes'),
  step(
    'kubectl create secret docker-registry login --docker-server=registry.test --docker-username=me --docker-password=it',
    'secret/login created',
  ),
  step('kubectl get secret login --no-headers', 'login kubernetes.io/dockerconfigjson 1 …s'),
  step('kubectl create serviceaccount visitor', 'serviceaccount/visitor created'),
  step(
    `echo '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"generateName":"guard-"}}' |
      kubectl create -f - 2>&1`,
    `Warning: admission webhooks are kept but not called by this cluster: none changes or refuses a request
     validatingwebhookconfiguration.admissionregistration.k8s.io/guard-… created`,
  ),
  step('kubectl create token visitor --duration=1h | tr -cd . | wc -c', '2'),
  step('kubectl create token nobody', 'error: failed to create token: serviceaccounts "nobody" not found', { code: 1 }),
  step('kubectl create role look --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/look created'),
  step(
    'kubectl describe role look',
    `Name: look
     Labels: <none>
     Annotations: <none>
     PolicyRule:
     Resources Non-Resource URLs Resource Names Verbs
     --------- ----------------- -------------- -----
     pods [] [] [get list]`,
  ),
  step(
    'kubectl create rolebinding visitors --role=look --serviceaccount=$(kubectl config view --minify -o jsonpath={..namespace}):visitor',
    'rolebinding.rbac.authorization.k8s.io/visitors created',
  ),
  step('kubectl get rolebinding visitors', 'NAME ROLE AGE\nvisitors Role/look …s'),
  step('kubectl --token=$(kubectl create token visitor) get pod box --no-headers', 'box 1/1 Running 0 …'),
  step('kubectl create job count --image=busybox:1.37 -- sh -c "echo counted"', 'job.batch/count created'),
  step('kubectl wait --for=condition=complete job/count --timeout=60s', 'job.batch/count condition met'),
  step('kubectl get job count', 'NAME STATUS COMPLETIONS DURATION AGE\ncount Complete 1/1 …s …s'),
  step('kubectl logs job/count', 'counted'),
  step(
    'kubectl create cronjob nightly --image=busybox:1.37 --schedule="0 3 * * *" -- true',
    'cronjob.batch/nightly created',
  ),
  step('kubectl get cronjob nightly --no-headers', 'nightly 0 3 * * * <none> False 0 <none> …s'),
  step('kubectl create service clusterip plain --tcp=80:8080', 'service/plain created'),
  step('kubectl create ingress door --rule="shop.test/*=web:80"', 'ingress.networking.k8s.io/door created'),
  step('kubectl get ingress door', 'NAME CLASS HOSTS ADDRESS PORTS AGE\ndoor slipway shop.test 127.0.0.1 80 …s', {
    soon: true,
  }),
  step('kubectl create quota few --hard=pods=100,count/replicationcontrollers=1', 'resourcequota/few created'),
  step('kubectl create -f replication-controller.yaml', 'replicationcontroller/old created'),
  step('kubectl scale rc old --replicas=2', 'replicationcontroller/old scaled'),
  step('kubectl get rc old', 'NAME DESIRED CURRENT READY AGE\nold 2 2 2 …s', { soon: true }),
  step(
    'sed s/old/older/ replication-controller.yaml | kubectl create -f -',
    'Error from server (Forbidden): error when creating "STDIN": replicationcontrollers "older" is forbidden: exceeded quota: few, requested: count/replicationcontrollers=1, used: count/replicationcontrollers=1, limited: count/replicationcontrollers=1',
    { code: 1 },
  ),
  step(
    'kubectl describe quota few',
    'Name: few\nNamespace: …\nResource Used Hard\n-------- ---- ----\ncount/replicationcontrollers 1 1\npods … 100',
    { soon: true },
  ),
  step('kubectl delete rc old', deleted('replicationcontroller "old"')),
  step(
    'kubectl create poddisruptionbudget keep --selector=app=none --min-available=1',
    'poddisruptionbudget.policy/keep created',
  ),
  step(
    'kubectl expose deployment web --name=web-too --port=81 --target-port=80 --type=NodePort',
    'service/web-too exposed',
  ),
  step('kubectl get service web-too --no-headers', 'web-too NodePort 10.… <none> 81:3…/TCP …s'),
  step('kubectl run once --image=busybox:1.37 --restart=Never -- echo ran', 'pod/once created'),
  step('kubectl get pod once --no-headers', 'once 0/1 Completed 0 …s', { soon: true }),
  step('kubectl logs once', 'ran'),
  step('kubectl run -i --rm asked --image=busybox:1.37 --restart=Never -- cat < letter.txt', '⋮\n…dear kubectl…\n⋮'),
  step('kubectl get pod asked', 'Error from server (NotFound): pods "asked" not found', { code: 1 }),
  step('kubectl rollout status deployment/made --timeout=60s', '⋮\ndeployment "made" successfully rolled out'),
  step(
    'kubectl get all',
    `NAME READY STATUS RESTARTS AGE
     ⋮
     NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE
     ⋮
     NAME READY UP-TO-DATE AVAILABLE AGE
     deployment.apps/made 1/1 1 1 …s
     deployment.apps/web 1/1 1 1 …
     NAME DESIRED CURRENT READY AGE
     ⋮
     NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE
     ⋮
     NAME STATUS COMPLETIONS DURATION AGE
     job.batch/count Complete 1/1 …s …s`,
  ),
]
