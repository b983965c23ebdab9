using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Provenance.EndToEnd.Tests.Durability;

/// <summary>What one client was told that the store holds, by path; of what was broken off, everything that may be true.</summary>
internal sealed class StoreLedger
{
    private const string Absent = "absent";

    private readonly Dictionary<string, HashSet<string>> paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> referrers = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Paths => paths.Keys;

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Sends what changes a path to this content, or takes it away; the path may be either until the answer is there.</summary>
    public async Task ChangeAsync(string path, byte[]? content, Func<Task> send)
    {
        string outcome = content is null ? Absent : HashOf(content);
        if (!paths.TryGetValue(path, out var allowed))
        {
            paths[path] = allowed = [Absent];
        }

        allowed.Add(outcome);
        await send();
        paths[path] = [outcome];
    }

    /// <summary>Notes an acknowledged referrer.</summary>
    public void Refers(string path, string digest)
    {
        if (!referrers.TryGetValue(path, out var digests))
        {
            referrers[path] = digests = new(StringComparer.Ordinal);
        }

        digests.Add(digest);
    }

    /// <summary>Reads one path and holds the store to it. What is found must be there from now on.</summary>
    public async Task ShouldHoldAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        byte[] content = await answer.Content.ReadAsByteArrayAsync();
        string found = answer.StatusCode switch
        {
            HttpStatusCode.OK => HashOf(content),
            HttpStatusCode.NotFound => Absent,
            _ => $"{answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(content)}",
        };
        paths[path].Should().Contain(found, "of {0}", path);
        paths[path] = [found];
        using var head = new HttpRequestMessage(HttpMethod.Head, path);
        using var size = await http.SendAsync(head);
        size.StatusCode.Should().Be(answer.StatusCode, "of {0}", path);
        if (found != Absent)
        {
            size.Content.Headers.ContentLength.Should().Be(content.Length, "of {0}", path);
        }
    }

    /// <summary>Reads everything; how many contents there are.</summary>
    public async Task<int> ShouldHoldAsync(HttpClient http)
    {
        foreach (string path in paths.Keys.ToList())
        {
            await ShouldHoldAsync(http, path);
        }

        foreach (var (path, digests) in referrers)
        {
            using var list = JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
            list.RootElement.GetProperty("manifests").EnumerateArray().Select(static m => m.GetProperty("digest").GetString()).Should().Contain(digests, "of {0}", path);
        }

        return paths.Values.Count(static allowed => !allowed.Contains(Absent)) + referrers.Values.Sum(static digests => digests.Count);
    }
}
