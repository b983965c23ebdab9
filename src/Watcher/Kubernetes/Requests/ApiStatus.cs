using System.Net.Http.Headers;
using System.Text.Json;
using Provenance.ArtifactStore.Registries;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>A Status object: how an API server says that something went wrong, as an answer or as an event of a watch.</summary>
internal sealed record ApiStatus
{
    private const int LongestMessage = 600;

    public int Code { get; init; }

    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    public TimeSpan? RetryAfter { get; init; }

    public ApiConflict Conflict { get; init; }

    /// <summary>Reads a Status object; whatever else it is gives a status that says nothing. Its words are cleared of the credentials that were sent.</summary>
    public static ApiStatus Parse(ReadOnlyMemory<byte> json, AuthenticationHeaderValue? sent = null)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Is("kind"u8, "Status"u8) ? Read(document.RootElement, sent) : new ApiStatus();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ApiStatus();
        }
    }

    private static ApiStatus Read(JsonElement root, AuthenticationHeaderValue? sent)
    {
        var details = root.Member("details"u8);
        string reason = root.Text("reason"u8) ?? "";
        int code = root.Member("code"u8) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) ? value : 0;
        return new ApiStatus
        {
            Code = code,
            Reason = Printable(EchoedCredential.Remove(reason, sent)),
            Message = Printable(EchoedCredential.Remove(root.Text("message"u8) ?? "", sent)),
            RetryAfter = details.Member("retryAfterSeconds"u8) is { ValueKind: JsonValueKind.Number } seconds && seconds.TryGetInt32(out int wait) && wait > 0
                ? TimeSpan.FromSeconds(wait)
                : null,
            Conflict = code is not 409 ? ApiConflict.None
                : reason is "AlreadyExists" ? ApiConflict.AlreadyExists
                : reason is not "Conflict" ? ApiConflict.Other
                : details.Items("causes"u8).Any(static c => c.Is("reason"u8, "FieldManagerConflict"u8)) ? ApiConflict.FieldOwner
                : ApiConflict.ResourceVersion,
        };
    }

    /// <summary>Cuts what a server says to a line that a log can take.</summary>
    private static string Printable(string text)
    {
        string cut = text.Length > LongestMessage ? text[..LongestMessage] + "…" : text;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
