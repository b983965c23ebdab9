using System.Diagnostics;

namespace Provenance.Watcher.Tests.Kubernetes;

/// <summary>Waits for what happens in another thread, with an end.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task HoldsAsync(Func<bool> condition, Func<string>? describe = null)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"It did not come to this in {Patience}. {describe?.Invoke()}");
            }

            await Task.Delay(5);
        }
    }
}
