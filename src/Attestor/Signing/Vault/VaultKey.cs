using System.Globalization;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Signing.Vault;

/// <summary>A key of the Transit engine: the versions that Vault still verifies with, of which the newest signs.</summary>
/// <param name="Version">The newest version.</param>
/// <param name="Newest">Its public half.</param>
/// <param name="Earlier">The public halves of the other versions.</param>
internal sealed record VaultKey(int Version, VerificationKey Newest, IReadOnlyList<VerificationKey> Earlier)
{
    private const string What = "key";

    /// <summary>Reads Vault's answer to <c>GET transit/keys/NAME</c>.</summary>
    /// <exception cref="KeyException"><c>KEY_ALG_UNSUPPORTED</c>: the key is of another type.</exception>
    /// <exception cref="FormatException">It is no such answer.</exception>
    public static VaultKey Read(byte[] answer, string name)
    {
        try
        {
            using var document = StrictJson.ParseObject(answer, What);
            var data = StrictJson.Get(document.RootElement, "data", JsonValueKind.Object, What);
            if (StrictJson.GetText(data, "type", What) is not "ecdsa-p256")
            {
                throw new KeyException("KEY_ALG_UNSUPPORTED", $"The key {name} in Vault is not of the type ecdsa-p256, the only one that is accepted everywhere. Make one: vault write -f transit/keys/NAME type=ecdsa-p256");
            }

            string newest = StrictJson.Get(data, "latest_version", JsonValueKind.Number, What).GetInt32().ToString(CultureInfo.InvariantCulture);
            var versions = StrictJson.Get(data, "keys", JsonValueKind.Object, What);
            VerificationKey? signing = null;
            var earlier = new List<VerificationKey>();
            foreach (var version in versions.EnumerateObject())
            {
                var key = VerificationKey.FromPem(StrictJson.GetText(version.Value, "public_key", What));
                if (version.Name == newest)
                {
                    signing = key;
                }
                else
                {
                    earlier.Add(key);
                }
            }

            return new VaultKey(int.Parse(newest, CultureInfo.InvariantCulture), signing ?? throw new FormatException("its newest version is missing"), earlier);
        }
        catch (Exception e) when (e is EvidenceException or InvalidOperationException or FormatException || e is KeyException { Code: "KEY_INVALID" })
        {
            throw new FormatException("The answer is no description of a key.", e);
        }
    }
}
