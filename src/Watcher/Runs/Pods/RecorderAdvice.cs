namespace Provenance.Watcher.Runs.Pods;

/// <summary>What to tell the owner of a run in Pods that recorded nothing.</summary>
internal static class RecorderAdvice
{
    public const string Text =
        "Let a container write {\"outputs\": [{\"name\": \"image\", \"buildOutput\": true, \"values\": [{\"uri\": \"...\", \"digest\": {\"sha256\": \"...\"}}]}]} to its terminationMessagePath (/dev/termination-log).";
}
