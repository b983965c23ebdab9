using System.Globalization;

namespace Provenance.ArtifactStore.Tests.Serving.Access;

/// <summary>An answer as it came over the wire.</summary>
internal sealed class RawResponse(string text)
{
    public int Status => int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture);

    public string Body => text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
