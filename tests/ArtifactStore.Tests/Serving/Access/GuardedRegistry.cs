using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Access.Tokens;
using Provenance.ArtifactStore.Digests;
using Provenance.Testing;
using Provenance.Testing.Registries;
using Provenance.Testing.Tokens;

namespace Provenance.ArtifactStore.Tests.Serving.Access;

/// <summary>A registry with users and rules: alice writes team-a, bob reads team-b, carol does everything, pipelines of team-a write team-a/ci, everybody reads public.</summary>
internal sealed class GuardedRegistry : IAsyncDisposable
{
    public const string Alice = "alice:correct horse";
    public const string Bob = "bob:s3cret:with:colons";
    public const string Carol = "carol:correct horse";

    private readonly LoopbackRegistry registry;
    private readonly HttpClient http;

    private GuardedRegistry(LoopbackRegistry registry)
    {
        this.registry = registry;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = registry.Uri };
    }

    public Uri Uri => registry.Uri;

    public static async Task<GuardedRegistry> StartAsync(TemporaryFolder folder, TestIssuer issuer, Refusals refusals, ChallengeKind challenge, params AccessRule[] more)
    {
        string passwords = Path.Combine(folder.Path, "htpasswd");
        const string horse = "$2y$05$zQ1sOxthHz6dclNp4J5QkOHBlTmrg1mnXUUfr7TGHpp.3bE07njlO";
        await File.WriteAllTextAsync(passwords, $"alice:{horse}\nbob:$2y$05$z87TnBWtMkp80VZPYamRjONkws4ulMEfsN/fm7UVL9guzP1FHa50q\ncarol:{horse}\n");
        string keys = Path.Combine(folder.Path, "keys.json");
        await File.WriteAllTextAsync(keys, issuer.Keys.ToJsonString());
        AccessAction[] all = [AccessAction.Read, AccessAction.Write, AccessAction.Delete, AccessAction.SetKey];
        var options = new AccessOptions
        {
            PasswordFile = passwords,
            UserGroups = new Dictionary<string, IReadOnlyList<string>> { ["admins"] = ["carol"] },
            Issuers = [new TrustedIssuer { Name = "cluster", Issuer = issuer.Name, Audiences = ["provenance"], KeysFile = keys }],
            Challenge = challenge,
            Rules =
            [
                Rule(SubjectMatch.User("alice"), [AccessAction.Read, AccessAction.Write], "team-a/**"),
                Rule(SubjectMatch.User("bob"), [AccessAction.Read], "team-b/**"),
                Rule(SubjectMatch.UserGroup("admins"), all, "**") with { ContentStore = true },
                Rule(SubjectMatch.TokenSubject("cluster", Subject("system:serviceaccount:team-a:*")), [AccessAction.Read, AccessAction.Write], "team-a/ci"),
                Rule(SubjectMatch.Everyone, [AccessAction.Read], "public/**"),
                .. more,
            ],
        };
        return new GuardedRegistry(await LoopbackRegistry.StartAsync(configure: services => services.AddSingleton<IAccessObserver>(refusals), access: options));
    }

    public Task<HttpResponseMessage> SendAsync(string? user, HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        SendWithHeaderAsync(user is null ? null : Basic(user), method, path, headers);

    public async Task<HttpResponseMessage> SendWithHeaderAsync(string? authorization, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization).Should().BeTrue();
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }

        return await http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> PostFormAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(static f => KeyValuePair.Create(f.Name, f.Value)));
        return await http.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    /// <summary>Sends a path to the letter, which HttpClient would tidy up.</summary>
    public async Task<RawResponse> SendRawAsync(string user, string method, string path, string? header = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Uri.Port);
        var stream = client.GetStream();
        string text = $"{method} {path} HTTP/1.1\r\nHost: {Uri.Authority}\r\nAuthorization: {Basic(user)}\r\n{(header is null ? "" : header + "\r\n")}Content-Length: 0\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new RawResponse(await reader.ReadToEndAsync());
    }

    public async Task StoreBlobAsync(string user, string repository, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/?digest={Digest.Of(DigestAlgorithm.Sha256, content)}") { Content = new ByteArrayContent(content) };
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(Basic(user));
        using var response = await http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await registry.DisposeAsync();
    }

    private static string Basic(string user) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user));

    private static NamePattern Subject(string text) => NamePattern.TryParseSubject(text, out var pattern) ? pattern : throw new ArgumentException(text);

    private static AccessRule Rule(SubjectMatch subject, AccessAction[] rights, string repositories) => new()
    {
        Subjects = [subject],
        Rights = rights,
        Repositories = [NamePattern.TryParsePath(repositories, out var pattern) ? pattern : throw new ArgumentException(repositories)],
    };
}
