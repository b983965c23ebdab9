namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>How long to wait before the next try: from 0.8 s doubling to 30 s, spread by a half so that many do not come back at once.</summary>
internal static class RetryDelay
{
    /// <summary>The wait after a number of failures in a row, and never less than the server asks for.</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest, TimeSpan? asked)
    {
        double factor = Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        double milliseconds = Math.Min(first.TotalMilliseconds * factor, longest.TotalMilliseconds / 1.5);
        double jittered = milliseconds * (1 + (Random.Shared.NextDouble() / 2));
        return asked is { } wait && wait.TotalMilliseconds >= jittered
            ? wait + TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(wait.TotalMilliseconds / 4, 1000))
            : TimeSpan.FromMilliseconds(jittered);
    }
}
