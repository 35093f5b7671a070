{{- /* One deployment of one role, and what keeps it up during upgrades. Called with: root, role, settings. */ -}}
{{- define "wedsync.server" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .root.Release.Name }}-{{ .role }}
  labels: { app: {{ .root.Release.Name }}, role: {{ .role }} }
spec:
  replicas: {{ .settings.replicas }}
  selector:
    matchLabels: { app: {{ .root.Release.Name }}, role: {{ .role }} }
  strategy:
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  template:
    metadata:
      labels: { app: {{ .root.Release.Name }}, role: {{ .role }} }
    spec:
      terminationGracePeriodSeconds: {{ .root.Values.terminationGraceSeconds }}
      automountServiceAccountToken: false
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 }
      containers:
        - name: server
          image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          ports:
            - { name: http, containerPort: 4317 }
          env:
            - { name: WEDSYNC_ROLE, value: {{ .role }} }
            - { name: WEDSYNC_DRAIN_MS, value: "{{ .root.Values.drainMs }}" }
            - { name: WEDSYNC_PUBLIC_URL, value: "{{ .root.Values.publicUrl }}" }
            - { name: WEDSYNC_TRUST_PROXY, value: "{{ .root.Values.trustProxy }}" }
            - { name: WEDSYNC_LOG_LEVEL, value: "{{ .root.Values.logLevel }}" }
            - name: DATABASE_URL
              valueFrom: { secretKeyRef: { name: {{ .root.Values.secretName }}, key: databaseUrl } }
            - name: WEDSYNC_MASTER_KEY
              valueFrom: { secretKeyRef: { name: {{ .root.Values.secretName }}, key: masterKey } }
            {{- if .root.Values.useRedis }}
            - name: REDIS_URL
              valueFrom: { secretKeyRef: { name: {{ .root.Values.secretName }}, key: redisUrl } }
            {{- end }}
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 1
            failureThreshold: 60
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 2
            timeoutSeconds: 3
            failureThreshold: 1
          lifecycle:
            preStop:
              # Endpoints are taken back while this runs; draining is the program's own part.
              sleep: { seconds: 1 }
          securityContext:
            readOnlyRootFilesystem: true
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
          resources:
            {{- toYaml .settings.resources | nindent 12 }}
          volumeMounts:
            - { name: run, mountPath: /run/wedsync }
      volumes:
        - name: run
          emptyDir: { medium: Memory, sizeLimit: 16Mi }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .root.Release.Name }}-{{ .role }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: { app: {{ .root.Release.Name }}, role: {{ .role }} }
{{- end -}}
