using System.Security.Cryptography;

namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>A session with the token that a reference names, logged in, with its key found. One caller at a time.</summary>
internal sealed class Pkcs11Session : IDisposable
{
    private const int PublicKeyClass = 2;
    private const int PrivateKeyClass = 3;

    private readonly Pkcs11Module module;
    private readonly nuint session;
    private readonly nuint key;
    private readonly Pkcs11Reference reference;
    private readonly bool asksEachTime;

    private Pkcs11Session(Pkcs11Module module, Pkcs11Reference reference, nuint session)
    {
        (this.module, this.reference, this.session) = (module, reference, session);
        key = FindOne(module, session, PrivateKeyClass, "private key", reference);
        asksEachTime = AsksEachTime();
        PublicKey = ReadPublicKey(module, session, FindOne(module, session, PublicKeyClass, "public key", reference), reference);
    }

    /// <summary>The public half, as the token has it.</summary>
    public VerificationKey PublicKey { get; }

    /// <summary>Opens a session.</summary>
    /// <exception cref="KeyException">There is no such token or key, it is of another kind, or the PIN is not right.</exception>
    /// <exception cref="Pkcs11Exception">The module failed.</exception>
    public static Pkcs11Session Open(Pkcs11Module module, Pkcs11Reference reference)
    {
        var tokens = module.ListTokens().Where(t => reference.Token is not { } label || t.Label == label)
            .Where(t => reference.Serial is not { } serial || t.Serial == serial)
            .Where(t => reference.Slot is not { } slot || t.Slot == slot)
            .ToList();
        if (tokens.Count is not 1)
        {
            throw new KeyException("KEY_UNREADABLE", $"{(tokens.Count is 0 ? "No token is" : $"{tokens.Count} tokens are")} what the pkcs11: URI names for {reference}. Check token, serial and slot-id.");
        }

        nuint session = module.OpenSession(tokens[0].Slot);
        try
        {
            if (reference.Pin is { } pin)
            {
                module.LogIn(session, pin);
            }

            return new Pkcs11Session(module, reference, session);
        }
        catch (Pkcs11Exception e) when (e.IsOfPin)
        {
            module.CloseSession(session);
            throw Refused(e, $"The PIN does not open the token for {reference}.", reference);
        }
        catch
        {
            module.CloseSession(session);
            throw;
        }
    }

    /// <summary>Signs a SHA-256; what comes back is not verified yet.</summary>
    /// <exception cref="KeyException">The key asks for the PIN with each signature, and refused it.</exception>
    /// <exception cref="Pkcs11Exception">The module failed.</exception>
    public byte[] Sign(ReadOnlySpan<byte> hash)
    {
        try
        {
            return module.Sign(session, key, hash, asksEachTime ? reference.Pin : []);
        }
        catch (Pkcs11Exception e) when (e.IsOfPin)
        {
            throw Refused(e, $"The PIN that opened the token is refused for signatures by {reference}, which asks for it each time.", reference);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => module.CloseSession(session);

    private static KeyException Refused(Pkcs11Exception e, string what, Pkcs11Reference reference) => new("KEY_PASSPHRASE", e.Result is Pkcs11Result.PinLocked
        ? $"The PIN of the token for {reference} is locked. Its security officer has to set it anew."
        : $"{what} It is not tried again, as the token would lock itself.");

    // Modules older than the attribute do not know it.
    private bool AsksEachTime()
    {
        try
        {
            bool asks = module.GetAttribute(session, key, Pkcs11Attribute.AlwaysAuthenticate) is [not 0, ..];
            return !asks || reference.Pin is not null
                ? asks
                : throw new KeyException("KEY_PASSPHRASE", $"A PIN is needed with each signature by {reference}. Name its file by pin-source, or set COSIGN_PKCS11_PIN.");
        }
        catch (Pkcs11Exception e) when (e.Result is Pkcs11Result.AttributeTypeInvalid or Pkcs11Result.AttributeSensitive)
        {
            return false;
        }
    }

    private static nuint FindOne(Pkcs11Module module, nuint session, nuint kind, string what, Pkcs11Reference reference)
    {
        nuint[] found = module.FindObjects(session, kind, reference.Label, reference.Id);
        return found.Length switch
        {
            1 => found[0],
            0 => throw new KeyException("KEY_UNREADABLE", $"The token has no {what} for {reference}{(reference.Pin is null ? "; without a PIN (pin-source, COSIGN_PKCS11_PIN) most tokens show none" : "")}."),
            _ => throw new KeyException("KEY_UNREADABLE", $"The token has several objects ({what}) for {reference}. Name both object and id."),
        };
    }

    private static VerificationKey ReadPublicKey(Pkcs11Module module, nuint session, nuint handle, Pkcs11Reference reference)
    {
        // The object identifier of P-256 in DER.
        ReadOnlySpan<byte> curve = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
        byte[] parameters;
        byte[] encoded;
        try
        {
            parameters = module.GetAttribute(session, handle, Pkcs11Attribute.EcParameters);
            encoded = module.GetAttribute(session, handle, Pkcs11Attribute.EcPoint);
        }
        catch (Pkcs11Exception e)
        {
            throw new KeyException("KEY_ALG_UNSUPPORTED", $"Not an elliptic curve key: {reference}. Only ECDSA P-256 is accepted everywhere.", e);
        }

        // An OCTET STRING around the point; some modules give the point alone.
        var point = encoded is [0x04, 0x41, ..] and { Length: 67 } ? encoded.AsSpan(2) : encoded;
        if (!parameters.AsSpan().SequenceEqual(curve) || point.Length is not 65 || point[0] is not 0x04)
        {
            throw new KeyException("KEY_ALG_UNSUPPORTED", $"Not on the curve P-256: {reference}. Only ECDSA P-256 is accepted everywhere.");
        }

        try
        {
            using var key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point[1..33].ToArray(), Y = point[33..].ToArray() },
            });
            return VerificationKey.From(key);
        }
        catch (CryptographicException e)
        {
            throw new KeyException("KEY_INVALID", $"The point of {reference} is not on the curve.", e);
        }
    }
}
