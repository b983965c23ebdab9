namespace Provenance.Watcher.Tests.Runs.Mapped;

/// <summary>The mapping file of docs/run-kinds.md, which a test compares.</summary>
internal static class MappedYaml
{
    public const string RayJob = """
        apiVersion: provenance.dev/v1alpha1
        kind: RunKind
        metadata:
          name: ray
        spec:
          group: ray.io
          versions: [v1, v1alpha1]
          plural: rayjobs
          kind: RayJob
          labelSelector: team=ml
          done:
            phasePath: status.jobStatus
            succeeded: [SUCCEEDED]
            failed: [FAILED, STOPPED]
          startTimePath: status.startTime
          endTimePath: status.endTime
          identity:
            attemptPath: status.failed
          parametersPath: spec.runtimeParameters
          definitionPath: spec
          outputsPaths:
          - status.outputs[*].record
          images:
            podOwner: true

        """;
}
