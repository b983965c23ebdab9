using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Provenance.Attestor.Timestamps;

/// <summary>The algorithms that timestamps may be made with.</summary>
internal static class TimestampAlgorithms
{
    /// <summary>The object identifier of an AlgorithmIdentifier whose parameters are NULL or not there.</summary>
    /// <exception cref="AsnContentException">It is of another form, or has parameters.</exception>
    public static string Read(AsnReader reader)
    {
        var sequence = reader.ReadSequence();
        string oid = sequence.ReadObjectIdentifier();
        if (sequence.HasData)
        {
            sequence.ReadNull();
        }

        sequence.ThrowIfNotEmpty();
        return oid;
    }

    /// <summary>A hash function that nobody finds collisions of; null for all others.</summary>
    public static HashAlgorithmName? FindHash(string oid) => oid switch
    {
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>How the names of keys begin that make signatures of an algorithm with this hash; null where they do not go together.</summary>
    public static string? FindKeyFamily(string signatureAlgorithm, HashAlgorithmName digest) => signatureAlgorithm switch
    {
        // These two leave the hash to the digest's algorithm (RFC 5754, section 3.2).
        "1.2.840.10045.2.1" => "ECDSA",
        "1.2.840.113549.1.1.1" => "RSA",
        "1.2.840.10045.4.3.2" when digest == HashAlgorithmName.SHA256 => "ECDSA",
        "1.2.840.10045.4.3.3" when digest == HashAlgorithmName.SHA384 => "ECDSA",
        "1.2.840.10045.4.3.4" when digest == HashAlgorithmName.SHA512 => "ECDSA",
        "1.2.840.113549.1.1.11" when digest == HashAlgorithmName.SHA256 => "RSA",
        "1.2.840.113549.1.1.12" when digest == HashAlgorithmName.SHA384 => "RSA",
        "1.2.840.113549.1.1.13" when digest == HashAlgorithmName.SHA512 => "RSA",
        _ => null,
    };
}
