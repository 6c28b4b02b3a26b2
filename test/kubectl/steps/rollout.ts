import { step } from '../step.ts'

export const rolloutSteps = [
  step('kubectl get deployment web', 'NAME READY UP-TO-DATE AVAILABLE AGE\nweb 2/2 2 2 …s'),
  step(
    'kubectl get deployment,replicaset -o wide',
    `NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR
     deployment.apps/web 2/2 2 2 …s web nginx:1.29-alpine app=web
     NAME DESIRED CURRENT READY AGE CONTAINERS IMAGES SELECTOR
     replicaset.apps/web-… 2 2 2 …s web nginx:1.29-alpine app=web,pod-template-hash=…`,
  ),
  step(
    'kubectl describe deployment web',
    `Name: web
     Namespace: …
     CreationTimestamp: …
     Labels: <none>
     Annotations: deployment.kubernetes.io/revision: 1
     Selector: app=web
     Replicas: 2 desired | 2 updated | 2 total | 2 available | 0 unavailable
     StrategyType: RollingUpdate
     MinReadySeconds: 0
     RollingUpdateStrategy: 0 max unavailable, 1 max surge
     Pod Template:
     Labels: app=web
     Containers:
     web:
     Image: nginx:1.29-alpine
     Port: 80/TCP…
     Host Port: 0/TCP…
     Readiness: http-get http://:http/ delay=0s timeout=1s period=1s #success=1 #failure=3
     Environment: <none>
     Mounts: <none>
     Volumes: <none>
     Node-Selectors: <none>
     Tolerations: <none>
     Conditions:
     Type Status Reason
     ---- ------ ------
     Available True MinimumReplicasAvailable
     Progressing True NewReplicaSetAvailable
     OldReplicaSets: <none>
     NewReplicaSet: web-… (2/2 replicas created)
     Events:
     Type Reason Age From Message
     ---- ------ ---- ---- -------
     Normal ScalingReplicaSet …s deployment-controller Scaled up replica set web-… from 0 to 2`,
  ),
  step('kubectl get service web', 'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nweb ClusterIP 10.… <none> 80/TCP …s'),
  step(
    'kubectl describe service web',
    `⋮
     Name: web
     Namespace: …
     Labels: <none>
     Annotations: <none>
     Selector: app=web
     Type: ClusterIP
     IP Family Policy: SingleStack
     IP Families: IPv4
     IP: 10.…
     IPs: 10.…
     Port: <unset> 80/TCP
     TargetPort: http/TCP
     Endpoints: 10.…:80,10.…:80
     Session Affinity: None
     ⋮
     Events: <none>`,
  ),
  step(
    'kubectl get endpointslices -l kubernetes.io/service-name=web',
    'NAME ADDRESSTYPE PORTS ENDPOINTS AGE\nweb-… IPv4 80 10.…,10.… …s',
  ),
  step(
    'kubectl get endpoints web',
    `Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice
     NAME ENDPOINTS AGE
     web 10.…:80,10.…:80 …s`,
  ),

  step('kubectl scale deployment web --replicas=3', 'deployment.apps/web scaled'),
  step('kubectl scale deployment web --current-replicas=9 --replicas=1', 'error: Expected replicas to be 9, was 3', {
    code: 1,
  }),
  step('kubectl rollout status deployment/web --timeout=60s', '⋮\ndeployment "web" successfully rolled out'),
  step('kubectl get deployment web --no-headers', 'web 3/3 3 3 …'),
  step('kubectl scale deployment/web --replicas=1', 'deployment.apps/web scaled'),
  step('kubectl annotate deployment web kubernetes.io/change-cause=first', 'deployment.apps/web annotated'),

  step('kubectl set env deployment/web COLOUR=blue', 'deployment.apps/web env updated'),
  step('kubectl annotate deployment web kubernetes.io/change-cause=blue --overwrite', 'deployment.apps/web annotated'),
  step('kubectl rollout status deployment/web --timeout=60s', '⋮\ndeployment "web" successfully rolled out'),
  step('kubectl set env deployment/web --list', '# Deployment web, container web\nCOLOUR=blue'),
  step('kubectl rollout history deployment/web', 'deployment.apps/web\nREVISION CHANGE-CAUSE\n1 first\n2 blue'),
  step(
    'kubectl rollout history deployment/web --revision=2',
    `deployment.apps/web with revision #2
     Pod Template:
     Labels: app=web
     pod-template-hash=…
     Annotations: kubernetes.io/change-cause: blue
     Containers:
     web:
     Image: nginx:1.29-alpine
     Port: 80/TCP…
     Host Port: 0/TCP…
     Readiness: http-get http://:http/ delay=0s timeout=1s period=1s #success=1 #failure=3
     Environment:
     COLOUR: blue
     Mounts: <none>
     Volumes: <none>
     ⋮`,
  ),
  step('kubectl rollout undo deployment/web', '⋮\ndeployment.apps/web rolled back'),
  step('kubectl rollout status deployment/web --timeout=60s', '⋮\ndeployment "web" successfully rolled out'),
  step('kubectl set env deployment/web --list', '# Deployment web, container web'),
  step('kubectl rollout history deployment/web', 'deployment.apps/web\nREVISION CHANGE-CAUSE\n2 blue\n3 first'),
  step(
    'kubectl rollout undo deployment/web --to-revision=9',
    '⋮\nerror: unable to find specified revision 9 in history',
    {
      code: 1,
    },
  ),

  step('kubectl rollout pause deployment/web', 'deployment.apps/web paused'),
  step('kubectl rollout pause deployment/web', 'error: deployments.apps "web" is already paused', { code: 1 }),
  step('kubectl set image deployment/web web=nginx:no-such-tag', 'deployment.apps/web image updated'),
  step(
    'kubectl rollout status deployment/web --timeout=2s',
    // kubectl says so again with every change of the Deployment's status.
    '⋮\nWaiting for deployment "web" rollout to finish: 0 out of 1 new replicas have been updated...\nerror: timed out waiting for the condition',
    { code: 1 },
  ),
  step('kubectl rollout resume deployment/web', 'deployment.apps/web resumed'),
  step('kubectl get pods -l app=web --no-headers | grep -c -E "ErrImagePull|ImagePullBackOff"', '1', { soon: true }),
  step('kubectl rollout undo deployment/web', '⋮\ndeployment.apps/web rolled back'),
  step('kubectl rollout restart deployment/web', 'deployment.apps/web restarted'),
  step('kubectl rollout status deployment/web --timeout=60s', '⋮\ndeployment "web" successfully rolled out'),
  step('kubectl get pods -l app=web --no-headers', 'web-… 1/1 Running 0 …', { soon: true }),
  step(
    'kubectl autoscale deployment nobody --max=3',
    'Error from server (NotFound): deployments.apps "nobody" not found',
    { code: 1 },
  ),
]
