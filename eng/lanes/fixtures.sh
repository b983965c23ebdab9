# shellcheck shell=bash disable=SC2154
# Images to attest and runs that built them. Part of lib.sh.

# push_image REPOSITORY [OPTION...]: a new image of one small layer; prints REPOSITORY@DIGEST.
push_image() {
  local repository=$1 folder
  shift
  folder=$(mktemp -d "$work/image.XXXXXX")
  printf 'layer %s\n' "$folder" > "$folder/content"
  tar --create --file "$folder/layer.tar" --directory "$folder" content
  crane append "$@" --new_layer "$folder/layer.tar" --new_tag "$repository:$(basename "$folder" | tr -d .)" 2> "$folder/log" ||
    { cat "$folder/log" >&2; return 1; }
}

# write_task_run FILE UID IMAGE: a completed Tekton TaskRun that recorded IMAGE (REPOSITORY@sha256:HEX) as its output.
write_task_run() {
  cat > "$1" << END
apiVersion: tekton.dev/v1
kind: TaskRun
metadata:
  name: build-${2:0:8}
  namespace: lanes
  uid: $2
  generation: 1
  labels:
    app.kubernetes.io/managed-by: tekton-pipelines
    tekton.dev/task: build
  annotations:
    pipeline.tekton.dev/release: v1.6.0
spec:
  params:
  - name: revision
    value: main
  serviceAccountName: default
  taskRef:
    kind: Task
    name: build
  timeout: 1h0m0s
status:
  completionTime: "2026-03-02T10:01:07Z"
  conditions:
  - lastTransitionTime: "2026-03-02T10:01:07Z"
    message: All Steps have completed executing
    reason: Succeeded
    status: "True"
    type: Succeeded
  podName: build-${2:0:8}-pod
  startTime: "2026-03-02T10:00:00Z"
  steps:
  - container: step-push
    imageID: registry.example/tools/push@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    name: push
    outputs:
    - name: image
      buildOutput: true
      values:
      - uri: oci://${3%@*}
        digest:
          sha256: ${3##*:}
    terminated:
      exitCode: 0
      finishedAt: "2026-03-02T10:01:06Z"
      reason: Completed
      startedAt: "2026-03-02T10:00:10Z"
    terminationReason: Completed
  taskSpec:
    params:
    - name: revision
      type: string
    steps:
    - image: registry.example/tools/push
      name: push
      script: push
END
}

new_uid() { cat /proc/sys/kernel/random/uuid; }

# task_run IMAGE: writes a run of its own for the image and prints the file.
task_run() {
  local uid file
  uid=$(new_uid)
  file=$work/run-$uid.yaml
  write_task_run "$file" "$uid" "$1"
  printf '%s' "$file"
}
