using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Signing;

/// <summary>
/// The content of a <c>cosign.key</c>: a PKCS#8 key in a NaCl secret box under a key that scrypt derives from the passphrase
/// (the format of go-securesystemslib, package encrypted).
/// </summary>
internal static class CosignKey
{
    private const string What = "encrypted key file";
    private const int LargestBox = 16 << 10;

    /// <summary>Decrypts the JSON inside the PEM block; the caller erases the result.</summary>
    /// <exception cref="KeyException"><c>KEY_INVALID</c> or <c>KEY_PASSPHRASE</c>.</exception>
    public static byte[] Decrypt(ReadOnlyMemory<byte> json, string passphrase)
    {
        var (salt, cost, blockSize, parallelization, nonce, box) = Read(json);
        byte[] password = Encoding.UTF8.GetBytes(passphrase);
        byte[] key = Scrypt.DeriveKey(password, salt, cost, blockSize, parallelization, Salsa20.KeySize);
        try
        {
            return SecretBox.TryOpen(key, nonce, box, out byte[]? pkcs8)
                ? pkcs8
                : throw new KeyException("KEY_PASSPHRASE", "The passphrase does not open the encrypted key file, or the file was altered.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static (byte[] Salt, int Cost, int BlockSize, int Parallelization, byte[] Nonce, byte[] Box) Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = StrictJson.ParseObject(json, What);
            var kdf = StrictJson.Get(document.RootElement, "kdf", JsonValueKind.Object, What);
            var cipher = StrictJson.Get(document.RootElement, "cipher", JsonValueKind.Object, What);
            if (StrictJson.GetText(kdf, "name", What) is not "scrypt" || StrictJson.GetText(cipher, "name", What) is not "nacl/secretbox")
            {
                throw new KeyException("KEY_INVALID", "The encrypted key file does not use scrypt with nacl/secretbox, the only pair that cosign writes.");
            }

            var parameters = StrictJson.Get(kdf, "params", JsonValueKind.Object, What);
            long cost = GetNumber(parameters, "N"), blockSize = GetNumber(parameters, "r"), parallelization = GetNumber(parameters, "p");
            byte[] box = StrictJson.GetBytes(document.RootElement, "ciphertext", What);
            if (!Scrypt.Accepts(cost, blockSize, parallelization) || box.Length > LargestBox)
            {
                throw new KeyException("KEY_INVALID", $"The encrypted key file asks for scrypt with N={cost}, r={blockSize}, p={parallelization} over {box.Length} bytes, which is invalid or too costly.");
            }

            return (StrictJson.GetBytes(kdf, "salt", What), (int)cost, (int)blockSize, (int)parallelization, StrictJson.GetBytes(cipher, "nonce", What), box);
        }
        catch (EvidenceException e)
        {
            throw new KeyException("KEY_INVALID", e.Message, e);
        }
    }

    private static long GetNumber(JsonElement value, string name) =>
        StrictJson.Get(value, name, JsonValueKind.Number, What).TryGetInt64(out long number) ? number : 0;
}
