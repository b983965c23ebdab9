using System.Buffers;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.SigningServices;

/// <summary>Takes a few words out of an error that a service answered, without the token that was sent to it.</summary>
internal static class ErrorExcerpt
{
    private const int Read = 4 << 10;
    private const int Telling = 8;
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=");

    /// <summary>The message of a JSON error, or the start of any other text, on one line; empty where there is none.</summary>
    public static string From(ReadOnlySpan<byte> body, string? secret)
    {
        string text = FindMessage(body) ?? Encoding.UTF8.GetString(body[..Math.Min(body.Length, Read)]);
        return StrictJson.Excerpt(Mask(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), secret));
    }

    private static string? FindMessage(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 16 });
            using var document = JsonDocument.ParseValue(ref reader);
            foreach (string name in (ReadOnlySpan<string>)["message", "error_description", "detail", "error"])
            {
                if (document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var member)
                    && member.ValueKind is JsonValueKind.String)
                {
                    string message = member.GetString()!;
                    return message[..Math.Min(message.Length, Read)];
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON: a proxy's page, or plain text.
        }

        return null;
    }

    /// <summary>Blots out what the text shares with the token, wherever that is long enough to be no accident, and what looks like any JSON token.</summary>
    private static string Mask(string text, string? secret)
    {
        int window = Math.Min(Telling, secret?.Length ?? 0);
        var kept = new StringBuilder();
        bool wasSecret = false;
        for (int i = 0, secretEnd = 0; i < text.Length; i++)
        {
            var rest = text.AsSpan(i);
            if (window > 0 && rest.Length >= window && secret.AsSpan().IndexOf(rest[..window]) >= 0)
            {
                secretEnd = Math.Max(secretEnd, i + window);
            }

            if (rest.StartsWith("eyJ"))
            {
                int length = rest.IndexOfAnyExcept(TokenCharacters);
                secretEnd = Math.Max(secretEnd, length < 0 ? text.Length : i + length);
            }

            bool isSecret = i < secretEnd;
            if (!isSecret)
            {
                kept.Append(text[i]);
            }
            else if (!wasSecret)
            {
                kept.Append("(token)");
            }

            wasSecret = isSecret;
        }

        return kept.ToString();
    }
}
