using System.Text;

namespace Provenance.Bench.Store;

/// <summary>GET or HEAD of blobs in turn.</summary>
internal sealed class Fetching : IConversation
{
    private readonly ReadOnlyMemory<byte>[] requests;
    private int next;

    /// <summary>Prepares the requests.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="paths">The paths of the blobs.</param>
    /// <param name="first">Which comes first, so that connections differ.</param>
    public Fetching(string method, IReadOnlyList<string> paths, int first)
    {
        HasBodies = method == "GET";
        next = first % paths.Count;
        requests = [.. paths.Select(path => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))];
    }

    public bool HasBodies { get; }

    public ReadOnlyMemory<byte> First() => Take();

    public ReadOnlyMemory<byte> Next(in Answer answer, out bool finished)
    {
        finished = answer.Status == 200 ? true : throw new InvalidOperationException($"A blob is not served:\n{answer.Text}");
        return Take();
    }

    private ReadOnlyMemory<byte> Take()
    {
        var request = requests[next];
        next = next + 1 == requests.Length ? 0 : next + 1;
        return request;
    }
}
