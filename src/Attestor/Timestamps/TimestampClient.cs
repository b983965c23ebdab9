using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Timestamps;

/// <summary>Asks time stamping authorities for the time of a signature (RFC 3161 over HTTP, section 3.4), and believes only what verifiers will.</summary>
/// <param name="connection">Reaches them.</param>
/// <param name="root">Whom verifiers trust.</param>
internal sealed class TimestampClient(ServiceConnection connection, TrustedRoot root)
{
    private const int MaximumAnswer = 64 << 10;

    // Sigstore's authority takes a timestamp for something that it created.
    private static readonly HashSet<HttpStatusCode> Granted = [HttpStatusCode.OK, HttpStatusCode.Created];

    /// <summary>Gets a signature stamped.</summary>
    /// <param name="authority">The address that takes queries.</param>
    /// <param name="signature">The signature as the bundle carries it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SigningServiceException">The authority is away or refuses; or, <c>SIGNING_ANSWER</c>, its answer does not hold.</exception>
    public async Task<StampedSignature> StampAsync(Uri authority, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken)
    {
        var query = Rfc3161TimestampRequest.CreateFromData(
            signature.Span, HashAlgorithmName.SHA256, requestedPolicyId: null, nonce: RandomNumberGenerator.GetBytes(8), requestSignerCertificates: true);
        var answer = await connection.SendAsync(
            new ServiceRequest
            {
                Service = "time stamping authority",
                Method = HttpMethod.Post,
                Uri = authority,
                Body = query.Encode(),
                ContentType = "application/timestamp-query",
                Accept = "application/timestamp-reply",
                MaximumSize = MaximumAnswer,
                Expected = Granted,
            },
            cancellationToken).ConfigureAwait(false);
        RequireGranted(authority, answer.Body);
        try
        {
            // Compares the imprint and the nonce.
            query.ProcessResponse(answer.Body, out _);
            var (time, by) = TimestampVerifier.Verify(answer.Body, signature.Span, root.TimestampAuthorities);
            return new StampedSignature(answer.Body, time, by);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or NotSupportedException)
        {
            throw Bad(authority, $"does not belong to the query, or is malformed ({e.Message})", e);
        }
        catch (EvidenceException e)
        {
            throw Bad(authority, $"does not hold against the trusted root: {e.Message.TrimEnd('.')}. Is the authority in it?", e);
        }
    }

    /// <summary>Says why there is no timestamp, where the authority does (RFC 3161, PKIStatusInfo).</summary>
    private static void RequireGranted(Uri authority, ReadOnlyMemory<byte> answer)
    {
        try
        {
            var status = new AsnReader(answer, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            if (!status.TryReadInt32(out int value) || value is not (0 or 1))
            {
                string said = status.HasData && status.PeekTag() == Asn1Tag.Sequence && status.ReadSequence() is { HasData: true } texts
                    ? $": \"{StrictJson.Excerpt(texts.ReadCharacterString(UniversalTagNumber.UTF8String))}\""
                    : "";
                throw new SigningServiceException(SigningServiceException.Refused, $"The time stamping authority {authority.Authority} did not grant the timestamp (status {value}){said}.") { Service = authority.Authority };
            }
        }
        catch (AsnContentException e)
        {
            throw Bad(authority, "is no answer to a timestamp query", e);
        }
    }

    private static SigningServiceException Bad(Uri authority, string what, Exception innerException) =>
        new(SigningServiceException.BadAnswer, $"The answer of the time stamping authority {authority.Authority} {what}.", isTransient: false, innerException) { Service = authority.Authority };
}
