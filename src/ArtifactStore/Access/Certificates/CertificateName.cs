using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Provenance.ArtifactStore.Access.Certificates;

/// <summary>The name that a client certificate gives its holder.</summary>
internal static class CertificateName
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>
    /// The SPIFFE id where there is exactly one URI among the alternative names and it is one (SPIFFE X.509-SVID, section 2), else the one
    /// common name of the subject; null where neither is there.
    /// </summary>
    public static string? Of(X509Certificate2 certificate)
    {
        var uris = Uris(certificate);
        if (uris is null || uris.Exists(static uri => uri.StartsWith("spiffe:", StringComparison.OrdinalIgnoreCase)))
        {
            // Several ids, or one beside other URIs, are no id at all; the common name must not stand in for it.
            return uris is [var only] && only.StartsWith("spiffe://", StringComparison.Ordinal) ? Usable(only) : null;
        }

        string[] names = [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(static part => !part.HasMultipleElements && part.GetSingleElementType().Value is "2.5.4.3")
            .Select(static part => part.GetSingleElementValue()).OfType<string>()];
        return names is [var name] ? Usable(name) : null;
    }

    private static string? Usable(string name) => name.Length is > 0 and <= 1024 && !name.AsSpan().ContainsAnyInRange('\0', '\x1f') ? name : null;

    private static List<string>? Uris(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        try
        {
            foreach (var extension in certificate.Extensions.Where(static e => e.Oid?.Value is AlternativeNames))
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (names.PeekTag() == UriTag)
                    {
                        uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
                    }
                    else
                    {
                        names.ReadEncodedValue();
                    }
                }
            }

            return uris;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
