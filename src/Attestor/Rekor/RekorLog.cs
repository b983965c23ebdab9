using System.Net;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Rekor;

/// <summary>Enters signatures into a transparency log. What the log answers is verified before anybody else sees it.</summary>
/// <param name="url">The log, without the path of its interface.</param>
/// <param name="version">The version of its interface: 1 or 2.</param>
/// <param name="connection">Carries the requests.</param>
/// <param name="trusted">The logs of the trusted root, of which the entry must be.</param>
internal sealed class RekorLog(Uri url, int version, ServiceConnection connection, IReadOnlyList<TrustedLog> trusted)
{
    /// <summary>What people call it.</summary>
    public const string Service = "transparency log";

    // A log of version 2 answers once its next checkpoint is out.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly HashSet<HttpStatusCode> Answers = [HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Conflict];

    /// <summary>Enters a signature; one that the log has already is fetched from it.</summary>
    /// <exception cref="EntryExistsException">A log of version 2 has it already, and does not give it out.</exception>
    /// <exception cref="SigningServiceException">The log refused, is away, or answered what does not hold.</exception>
    public async Task<LogEntry> EnterAsync(SignedContent content, LoggedSigner signer, CancellationToken cancellationToken)
    {
        var entries = At($"/api/v{version}/log/entries");
        var answer = await connection.SendAsync(
            new ServiceRequest
            {
                Service = Service,
                Method = HttpMethod.Post,
                Uri = entries,
                Body = version is 1 ? LogRequest.WriteVersion1(content, signer) : LogRequest.WriteVersion2(content, signer),
                ContentType = "application/json",
                Accept = "application/json",
                MaximumSize = LogAnswer.MaximumSize,
                Timeout = Patience,
                Expected = Answers,
            },
            cancellationToken).ConfigureAwait(false);
        bool isThere = answer.Status is HttpStatusCode.Conflict;
        if (isThere && version is 1)
        {
            answer = await FetchAsync(answer.Location, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var entry = version is 1 ? LogAnswer.ReadVersion1(answer.Body)
                : isThere ? await FindAsync(answer, LogRequest.WriteVersion2Entry(content, signer), cancellationToken).ConfigureAwait(false)
                : LogAnswer.ReadVersion2(answer.Body);
            LogEntryVerifier.Verify(entry, content, signer, trusted);
            return entry;
        }
        catch (EvidenceException e)
        {
            throw Bad($"answered with an entry that does not hold. {e.Code}: {e.Message}", e);
        }
    }

    private Task<LogEntry> FindAsync(ServiceAnswer conflict, byte[] body, CancellationToken cancellationToken) =>
        LogAnswer.FindPlace(conflict.LogIndex, conflict.Body) is { } place
            ? new LogTree(url, connection, trusted).FindAsync(place, body, cancellationToken)
            : throw new EntryExistsException(url.Authority);

    private Task<ServiceAnswer> FetchAsync(Uri? location, CancellationToken cancellationToken)
    {
        // Only the entry's id is taken: 32 bytes, or with that of its tree 40.
        string id = location?.Segments[^1] ?? "";
        return id.Length is 64 or 80 && id.All(char.IsAsciiHexDigit)
            ? connection.SendAsync(
                new ServiceRequest
                {
                    Service = Service,
                    Method = HttpMethod.Get,
                    Uri = At($"/api/v1/log/entries/{id}"),
                    Accept = "application/json",
                    MaximumSize = LogAnswer.MaximumSize,
                    Timeout = Patience,
                },
                cancellationToken)
            : throw Bad("says that it has the entry already, and not where (Location).");
    }

    private Uri At(string path) => new(url.AbsoluteUri.TrimEnd('/') + path);

    private SigningServiceException Bad(string what, Exception? innerException = null) =>
        new(SigningServiceException.BadAnswer, $"The {Service} {url.Authority} {what}", innerException: innerException) { Service = url.Authority };
}
