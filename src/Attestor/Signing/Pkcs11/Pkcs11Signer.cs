using System.Security.Cryptography;

namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>
/// Signs with a key in a hardware security module, one signature at a time, and believes none that it has not verified. A session that the
/// module lost is opened anew once.
/// </summary>
internal sealed class Pkcs11Signer : ISigner, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Pkcs11Module module;
    private readonly Pkcs11Reference reference;
    private readonly SemaphoreSlim turn = new(1);
    private Pkcs11Session? session;
    private KeyException? refusal;
    private bool isDisposed;

    private Pkcs11Signer(Pkcs11Module module, Pkcs11Reference reference, Pkcs11Session session)
    {
        (this.module, this.reference, this.session) = (module, reference, session);
        PublicKey = session.PublicKey;
    }

    /// <inheritdoc/>
    public VerificationKey PublicKey { get; }

    /// <summary>Loads the module, logs in, and finds the key.</summary>
    /// <exception cref="KeyException">The module, the token, the PIN or the key is not what it has to be.</exception>
    /// <exception cref="SigningServiceException">The module failed.</exception>
    public static Pkcs11Signer Open(Pkcs11Reference reference)
    {
        try
        {
            return Open(new Pkcs11Module(reference.ModulePath), reference);
        }
        catch (Pkcs11Exception e)
        {
            throw Failed(reference, e);
        }
    }

    /// <summary>Logs in to a module that is loaded, and finds the key.</summary>
    /// <exception cref="KeyException">The token, the PIN or the key is not what it has to be.</exception>
    /// <exception cref="SigningServiceException">The module failed.</exception>
    internal static Pkcs11Signer Open(Pkcs11Module module, Pkcs11Reference reference)
    {
        try
        {
            return new Pkcs11Signer(module, reference, Pkcs11Session.Open(module, reference));
        }
        catch (Pkcs11Exception e)
        {
            throw Failed(reference, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] hash = SHA256.HashData(content.Span);
        if (!await turn.WaitAsync(Patience, cancellationToken).ConfigureAwait(false))
        {
            throw new SigningServiceException(SigningServiceException.Unavailable, $"The module {reference.ModulePath} has not come back from an earlier request for {Patience.TotalSeconds:0} seconds.", isTransient: true);
        }

        // The turn is given back by the one who has it, even where nobody waits for him any more.
        var signing = Task.Run(() => InTurn(hash), CancellationToken.None);
        byte[] fixedSize;
        try
        {
            fixedSize = await signing.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SigningServiceException(SigningServiceException.Unavailable, $"The module {reference.ModulePath} did not sign within {Patience.TotalSeconds:0} seconds.", isTransient: true);
        }

        byte[] signature = fixedSize.Length is 64 ? DerSignature.FromFixedSize(fixedSize) : [];
        return PublicKey.Verify(content.Span, signature)
            ? signature
            : throw new SigningServiceException(SigningServiceException.BadAnswer, $"The module {reference.ModulePath} answered something that is no signature over this content by {reference}. It was thrown away.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A session that signs meanwhile is closed by the one who has the turn.
        Volatile.Write(ref isDisposed, true);
        if (turn.Wait(TimeSpan.Zero))
        {
            Close();
            turn.Release();
        }
    }

    private byte[] InTurn(byte[] hash)
    {
        try
        {
            if (session is { } open)
            {
                try
                {
                    return open.Sign(hash);
                }
                catch (Pkcs11Exception)
                {
                    // The token was taken out, or the session came to its end.
                    session = null;
                    open.Dispose();
                }
            }

            return Reopen().Sign(hash);
        }
        catch (KeyException e)
        {
            Close();
            throw Remember(e);
        }
        catch (Pkcs11Exception e)
        {
            throw Failed(reference, e);
        }
        finally
        {
            if (Volatile.Read(ref isDisposed))
            {
                Close();
            }

            turn.Release();
        }
    }

    private void Close()
    {
        session?.Dispose();
        session = null;
    }

    private Pkcs11Session Reopen()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref isDisposed), this);
        if (refusal is not null)
        {
            throw new SigningServiceException(SigningServiceException.Refused, refusal.Message, innerException: refusal);
        }

        try
        {
            session = Pkcs11Session.Open(module, reference);
        }
        catch (KeyException e)
        {
            throw Remember(e);
        }

        if (session.PublicKey.Fingerprint == PublicKey.Fingerprint)
        {
            return session;
        }

        session.Dispose();
        session = null;
        throw new SigningServiceException(SigningServiceException.Refused, $"There is another key now for {reference}. Start again to sign with it.");
    }

    // A PIN that was refused once is never tried again.
    private SigningServiceException Remember(KeyException e)
    {
        refusal = e.Code is "KEY_PASSPHRASE" ? e : null;
        return new SigningServiceException(SigningServiceException.Unavailable, e.Message, isTransient: refusal is null, e);
    }

    private static SigningServiceException Failed(Pkcs11Reference reference, Pkcs11Exception e) =>
        new(SigningServiceException.Unavailable, $"The module {reference.ModulePath} failed for {reference}: {e.Message}. Check that the token is there.", isTransient: true, e);
}
