using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Provenance.EndToEnd.Tests.Durability;

/// <summary>
/// One client of a store that may die at any moment: it pushes blobs in every way that there is, images with tags and referrers, results of actions
/// and cache keys, replaces them, deletes some, and reads back. Nobody else uses its names.
/// </summary>
internal sealed class StoreClient(int number, int seed)
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const int Names = 10;

    private static readonly HttpMethod Patch = HttpMethod.Patch;

    private readonly Random random = new(seed);
    private readonly string repository = string.Create(CultureInfo.InvariantCulture, $"crash/client-{number}");

    public StoreLedger Ledger { get; } = new();

    /// <summary>How many changes were answered for.</summary>
    public int Answered { get; private set; }

    /// <summary>Works until the store is gone.</summary>
    public async Task WorkAsync(HttpClient http)
    {
        try
        {
            while (true)
            {
                await ActAsync(http);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            // It is gone; what was under way may have been done or not.
        }
    }

    private Task ActAsync(HttpClient http) => random.Next(10) switch
    {
        0 or 1 => PushBlobAsync(http, PushWholeAsync),
        2 => PushBlobAsync(http, PushInPiecesAsync),
        3 => PutContentAsync(http),
        4 => SetKeyAsync(http, $"/ac/{StoreLedger.HashOf(Encoding.ASCII.GetBytes($"{number}/{random.Next(Names)}"))}"),
        5 => SetKeyAsync(http, $"/cache/crash-{number}/key/{random.Next(Names)}"),
        6 => PushImageAsync(http),
        7 => DeleteAsync(http),
        _ => ReadAsync(http),
    };

    /// <summary>0 bytes, small ones that go into the log, and large ones that become files; no two clients have the same, which all would find by its digest.</summary>
    private byte[] Content(int name)
    {
        var content = new Random((number * 1_000_000) + name);
        byte[] bytes = new byte[name is 0 ? 0 : (name % 5) switch { 0 => content.Next(70_000, 3_000_000), 1 => content.Next(60_000, 70_000), _ => content.Next(1, 8000) }];
        content.NextBytes(bytes);
        return bytes;
    }

    private async Task PushBlobAsync(HttpClient http, Func<HttpClient, byte[], Task> push)
    {
        byte[] content = Content(random.Next(Names * 2));
        await ChangeAsync($"/v2/{repository}/blobs/sha256:{StoreLedger.HashOf(content)}", content, () => push(http, content));
    }

    private async Task PushWholeAsync(HttpClient http, byte[] content)
    {
        string session = await StartAsync(http);
        await SendAsync(http, HttpMethod.Put, WithDigest(session, content), content, "application/octet-stream", HttpStatusCode.Created);
    }

    private async Task PushInPiecesAsync(HttpClient http, byte[] content)
    {
        string session = await StartAsync(http);
        for (int start = 0; start < content.Length;)
        {
            int count = Math.Min(content.Length - start, (content.Length / 3) + 1);
            session = await SendAsync(http, Patch, session, content[start..(start + count)], "application/octet-stream", HttpStatusCode.Accepted, (start, start + count - 1));
            start += count;
        }

        await SendAsync(http, HttpMethod.Put, WithDigest(session, content), [], "application/octet-stream", HttpStatusCode.Created);
    }

    private async Task PutContentAsync(HttpClient http)
    {
        byte[] content = Content(1000 + random.Next(Names * 2));
        string path = $"/cas/{StoreLedger.HashOf(content)}";
        await ChangeAsync(path, content, () => SendAsync(http, HttpMethod.Put, path, content, "application/octet-stream", HttpStatusCode.Created));
    }

    private async Task SetKeyAsync(HttpClient http, string path)
    {
        byte[] content = new byte[random.Next(8) is 0 ? random.Next(70_000, 500_000) : random.Next(0, 3000)];
        random.NextBytes(content);
        await ChangeAsync(path, content, () => SendAsync(http, HttpMethod.Put, path, content, "application/octet-stream", HttpStatusCode.Created));
    }

    /// <summary>An image under a tag that moves, and an attestation of it.</summary>
    private async Task PushImageAsync(HttpClient http)
    {
        byte[] layer = Content(2000 + random.Next(Names));
        byte[] config = "{}"u8.ToArray();
        foreach (byte[] blob in (byte[][])[config, layer])
        {
            await ChangeAsync($"/v2/{repository}/blobs/sha256:{StoreLedger.HashOf(blob)}", blob, () => PushWholeAsync(http, blob));
        }

        byte[] image = Manifest(config, layer, subject: null);
        string tag = $"/v2/{repository}/manifests/v{random.Next(4)}";
        await ChangeAsync(tag, image, () => SendAsync(http, HttpMethod.Put, tag, image, ManifestType, HttpStatusCode.Created));
        byte[] attestation = Manifest(config, layer, image);
        string digest = $"sha256:{StoreLedger.HashOf(attestation)}";
        string path = $"/v2/{repository}/manifests/{digest}";
        await ChangeAsync(path, attestation, () => SendAsync(http, HttpMethod.Put, path, attestation, ManifestType, HttpStatusCode.Created));
        Ledger.Refers($"/v2/{repository}/referrers/sha256:{StoreLedger.HashOf(image)}", digest);
    }

    /// <summary>Takes out a key or a blob that nothing refers to.</summary>
    private async Task DeleteAsync(HttpClient http)
    {
        string path = random.Next(3) switch
        {
            0 => $"/cache/crash-{number}/key/{random.Next(Names)}",
            1 => $"/ac/{StoreLedger.HashOf(Encoding.ASCII.GetBytes($"{number}/{random.Next(Names)}"))}",
            _ => $"/v2/{repository}/blobs/sha256:{StoreLedger.HashOf(Content(1 + random.Next((Names * 2) - 1)))}",
        };
        await ChangeAsync(path, null, async () =>
        {
            using var answer = await http.DeleteAsync(new Uri(path, UriKind.Relative));
            ((int)answer.StatusCode).Should().BeOneOf([200, 202, 204, 404], "of DELETE {0}", path);
        });
    }

    private async Task ReadAsync(HttpClient http)
    {
        if (Ledger.Paths.Count > 0)
        {
            await Ledger.ShouldHoldAsync(http, Ledger.Paths.ElementAt(random.Next(Ledger.Paths.Count)));
        }
    }

    private async Task ChangeAsync(string path, byte[]? content, Func<Task> send)
    {
        await Ledger.ChangeAsync(path, content, send);
        Answered++;
    }

    private Task<string> StartAsync(HttpClient http) => SendAsync(http, HttpMethod.Post, $"/v2/{repository}/blobs/uploads/", [], "application/octet-stream", HttpStatusCode.Accepted);

    private static string WithDigest(string session, byte[] content) => $"{session}{(session.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest=sha256:{StoreLedger.HashOf(content)}";

    /// <summary>Sends content; where the answer says to go on.</summary>
    private static async Task<string> SendAsync(
        HttpClient http, HttpMethod method, string path, byte[] content, string type, HttpStatusCode expected, (int First, int Last)? range = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (range is { } given)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Range", $"{given.First}-{given.Last}");
        }

        using var answer = await http.SendAsync(request);
        bool isKnown = expected is HttpStatusCode.Created && answer.StatusCode is HttpStatusCode.OK;
        (isKnown || answer.StatusCode == expected).Should().BeTrue("{0} {1} was answered with {2}: {3}", method, path, answer.StatusCode, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location is { IsAbsoluteUri: true } location ? location.PathAndQuery : answer.Headers.Location?.ToString() ?? "";
    }

    private static byte[] Manifest(byte[] config, byte[] layer, byte[]? subject)
    {
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor(config, "application/vnd.oci.empty.v1+json"),
            ["layers"] = new JsonArray(Descriptor(layer, "application/octet-stream")),
        };
        if (subject is not null)
        {
            manifest["artifactType"] = "application/vnd.example.attestation";
            manifest["subject"] = Descriptor(subject, ManifestType);
        }

        return Encoding.UTF8.GetBytes(manifest.ToJsonString());
    }

    private static JsonObject Descriptor(byte[] content, string type) => new() { ["mediaType"] = type, ["digest"] = $"sha256:{StoreLedger.HashOf(content)}", ["size"] = content.Length };
}
