using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Upstreams;

/// <summary>A registry to be mirrored: its repository <c>library/app</c> holds what a test puts there, and it misbehaves when a test says so.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private const string Root = "/v2/library/app/";

    private readonly ConcurrentDictionary<string, (byte[] Content, string MediaType)> answers = new(StringComparer.Ordinal);
    private ScriptedServer server = null!;

    /// <summary>Called before each request; true where it has answered.</summary>
    public Func<HttpContext, Task<bool>>? Disturb { get; set; }

    public string Address => server.Address;

    public IReadOnlyList<string> Requests => server.Requests;

    public static async Task<ScriptedUpstream> StartAsync()
    {
        var upstream = new ScriptedUpstream();
        upstream.server = await ScriptedServer.StartAsync(upstream.AnswerAsync);
        return upstream;
    }

    public Digest AddBlob(byte[] content)
    {
        var digest = Digest.Of(content);
        answers[$"blobs/{digest}"] = (content, MediaTypes.OctetStream);
        return digest;
    }

    public Descriptor AddManifest(string? tag = null, Descriptor? subject = null, string? note = null)
    {
        byte[] content = Artifacts.Manifest(subject: subject, artifactType: "application/vnd.example", annotation: note is null ? null : ("note", note));
        var descriptor = Descriptor.Of(MediaTypes.Manifest, content);
        answers[$"manifests/{descriptor.Digest}"] = (content, MediaTypes.Manifest);
        if (tag is not null)
        {
            answers[$"manifests/{tag}"] = (content, MediaTypes.Manifest);
        }

        return descriptor;
    }

    public void SetReferrers(Digest subject, params Descriptor[] referrers) =>
        answers[$"referrers/{subject}"] = (Artifacts.Index(subject: null, artifactType: null, referrers), MediaTypes.Index);

    public void Remove(string path) => answers.TryRemove(path, out _);

    /// <summary>Answers every request with a status.</summary>
    public void Fail(int status) => Disturb = context =>
    {
        context.Response.StatusCode = status;
        return Task.FromResult(true);
    };

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Disturb is { } disturb && await disturb(context))
        {
            return;
        }

        string path = context.Request.Path.Value!;
        if (!path.StartsWith(Root, StringComparison.Ordinal) || !answers.TryGetValue(path[Root.Length..], out var answer))
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentType = answer.MediaType;
        context.Response.ContentLength = answer.Content.Length;
        await context.Response.Body.WriteAsync(answer.Content);
    }
}
