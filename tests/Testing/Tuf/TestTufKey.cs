using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Provenance.Testing.Tuf;

/// <summary>A key that signs for roles of a <see cref="TestTufRepository"/>: ECDSA P-256 or RSA.</summary>
public sealed class TestTufKey
{
    private readonly Func<byte[], byte[]> sign;

    private TestTufKey(JsonObject listed, Func<byte[], byte[]> sign)
    {
        Listed = listed;
        this.sign = sign;
    }

    /// <summary>The key as metadata lists it.</summary>
    public JsonObject Listed { get; }

    /// <summary>Its id.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(TestTufRepository.Canonical(Listed)));

    /// <summary>A new ECDSA key, listed as PEM.</summary>
    public static TestTufKey Create() => Of(ECDsa.Create(ECCurve.NamedCurves.nistP256), "ecdsa", static key => key.ExportSubjectPublicKeyInfoPem() + "\n");

    /// <summary>A new ECDSA key, listed as a point in hexadecimal, as early repositories had it.</summary>
    public static TestTufKey CreateHexadecimal() =>
        Of(ECDsa.Create(ECCurve.NamedCurves.nistP256), "ecdsa-sha2-nistp256", static key => Convert.ToHexStringLower(key.ExportSubjectPublicKeyInfo()[^65..]));

    /// <summary>A new RSA key that signs with PSS.</summary>
    public static TestTufKey CreateRsa()
    {
        var key = RSA.Create(2048);
        return new TestTufKey(List("rsa", "rsassa-pss-sha256", key.ExportSubjectPublicKeyInfoPem()), content => key.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    /// <summary>A key of a type that nobody knows, whose signatures nobody can verify.</summary>
    public static TestTufKey CreateUnknown() => new(List("lattice", "lattice-1", "00"), static _ => [1, 2, 3]);

    /// <summary>The same key, listed with another member and so under another id.</summary>
    public TestTufKey Again()
    {
        var listed = (JsonObject)Listed.DeepClone();
        listed["x-again"] = "yes";
        return new TestTufKey(listed, sign);
    }

    /// <summary>The signature of some bytes.</summary>
    public byte[] Sign(byte[] content) => sign(content);

    private static TestTufKey Of(ECDsa key, string type, Func<ECDsa, string> write) =>
        new(List(type, "ecdsa-sha2-nistp256", write(key)), content => key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private static JsonObject List(string type, string scheme, string text) =>
        new() { ["keytype"] = type, ["scheme"] = scheme, ["keyval"] = new JsonObject { ["public"] = text } };
}
