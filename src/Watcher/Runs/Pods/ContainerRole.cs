namespace Provenance.Watcher.Runs.Pods;

/// <summary>What a container is in its Pod.</summary>
internal enum ContainerRole
{
    /// <summary>One of <c>spec.containers</c>.</summary>
    Main,

    /// <summary>One of <c>spec.initContainers</c> that ends before the others begin.</summary>
    Init,

    /// <summary>One of <c>spec.initContainers</c> with <c>restartPolicy: Always</c>.</summary>
    Sidecar,

    /// <summary>One that was put into the running Pod, as <c>kubectl debug</c> does.</summary>
    Ephemeral,
}
