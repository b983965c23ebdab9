using System.Diagnostics;

namespace Provenance.Bench.Store;

/// <summary>Work on several blocking connections at once, each on a thread of its own.</summary>
internal static class Bulk
{
    /// <summary>Runs the work on each connection; returns the sum of what they moved, and the time until the last was done.</summary>
    /// <param name="server">The server.</param>
    /// <param name="connections">How many connections.</param>
    /// <param name="work">What the connection of a number does; returns the bytes that it moved.</param>
    public static async Task<(long Bytes, TimeSpan Time)> RunAsync(ServerProcess server, int connections, Func<int, BulkConnection, long> work)
    {
        long started = Stopwatch.GetTimestamp();
        long[] bytes = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Factory.StartNew(
            () =>
            {
                using var connection = new BulkConnection(server.EndPoint);
                return work(i, connection);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        return (bytes.Sum(), Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Fetches blobs in turn for a time.</summary>
    public static Task<(long Bytes, TimeSpan Time)> GetAsync(ServerProcess server, int connections, IReadOnlyList<string> paths, TimeSpan time) =>
        RunAsync(server, connections, (number, connection) =>
        {
            long bytes = 0;
            long started = Stopwatch.GetTimestamp();
            for (int next = number; Stopwatch.GetElapsedTime(started) < time; next++)
            {
                bytes += connection.Get(paths[next % paths.Count]);
            }

            return bytes;
        });
}
