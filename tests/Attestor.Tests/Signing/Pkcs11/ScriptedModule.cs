using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.Attestor.Tests.Signing.Pkcs11;

/// <summary>A PKCS #11 module of one token with one key, in this process. It writes down what it is asked for, and fails where a test says so.</summary>
internal sealed class ScriptedModule : IDisposable
{
    private const int Functions = 68;
    private const uint NotKnown = 0x12;
    private const uint PinIncorrect = 0xA0;
    private const uint NotLoggedIn = 0x101;

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<Delegate> kept = [];
    private nint kind;
    private bool needsPin;

    public ScriptedModule()
    {
        FunctionList = Marshal.AllocHGlobal(8 * (Functions + 1));
        for (int i = 0; i <= Functions; i++)
        {
            Marshal.WriteIntPtr(FunctionList, 8 * i, 0);
        }

        Set(0, (One)(static _ => 0));
        Set(4, (Three)((_, slots, count) => Write(slots, 7, count, 1)));
        Set(6, (Two)((_, information) => DescribeToken(information)));
        Set(12, (Five)((_, _, _, _, session) => Log("open", () => Marshal.WriteIntPtr(session, 1))));
        Set(13, (One)(_ => Log("close", null)));
        Set(18, (Four)((_, user, pin, length) => LogIn(user, pin, (int)length)));
        Set(24, (Four)((_, handle, attribute, _) => GetAttribute(handle, attribute)));
        Set(26, (Three)((_, wanted, _) => Find(wanted)));
        Set(27, (Four)((_, found, _, count) => Write(found, kind, count, 1)));
        Set(28, (One)(static _ => 0));
        Set(42, (Three)((_, _, _) => Log("begin", () => needsPin = AsksEachTime is true)));
        Set(43, (Five)((_, hash, length, signature, size) => Sign(hash, (int)length, signature, size)));
    }

    private delegate nuint One(nint first);

    private delegate nuint Two(nint first, nint second);

    private delegate nuint Three(nint first, nint second, nint third);

    private delegate nuint Four(nint first, nint second, nint third, nint fourth);

    private delegate nuint Five(nint first, nint second, nint third, nint fourth, nint fifth);

    /// <summary>What C_GetFunctionList would give.</summary>
    public nint FunctionList { get; }

    /// <summary>What was asked for, in order: open, close, login, begin, login-again (for one signature), sign.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The PIN of the token.</summary>
    public string Pin { get; set; } = "1234";

    /// <summary>The PIN of signatures, where it is another one.</summary>
    public string? SignaturePin { get; set; }

    /// <summary>Whether the key asks for the PIN with each signature (CKA_ALWAYS_AUTHENTICATE); null for a module that does not know the attribute.</summary>
    public bool? AsksEachTime { get; set; }

    /// <summary>What the next call of a name answers instead of doing anything.</summary>
    public Dictionary<string, uint> Faults { get; } = new(StringComparer.Ordinal);

    public void Dispose()
    {
        Marshal.FreeHGlobal(FunctionList);
        key.Dispose();
        GC.KeepAlive(kept);
    }

    private static nuint Write(nint target, nint value, nint count, nint number)
    {
        Marshal.WriteIntPtr(target, value);
        Marshal.WriteIntPtr(count, number);
        return 0;
    }

    private static nuint DescribeToken(nint target)
    {
        byte[] description = new byte[256];
        description.AsSpan().Fill((byte)' ');
        "release"u8.CopyTo(description);
        Marshal.Copy(description, 0, target, description.Length);
        return 0;
    }

    private void Set(int index, Delegate function)
    {
        kept.Add(function);
        Marshal.WriteIntPtr(FunctionList, 8 * (index + 1), Marshal.GetFunctionPointerForDelegate(function));
    }

    private nuint Log(string call, Action? act)
    {
        Calls.Add(call);
        if (Faults.Remove(call, out uint fault))
        {
            return fault;
        }

        act?.Invoke();
        return 0;
    }

    private nuint LogIn(nint user, nint pin, int length)
    {
        byte[] tried = new byte[length];
        Marshal.Copy(pin, tried, 0, length);
        string right = user is 2 ? SignaturePin ?? Pin : Pin;
        bool isRight = Encoding.UTF8.GetString(tried) == right;
        nuint result = Log(user is 2 ? "login-again" : "login", isRight && user is 2 ? () => needsPin = false : null);
        return result is 0 && !isRight ? PinIncorrect : result;
    }

    // CK_ATTRIBUTE is type, value and length. The handle of an object is its class.
    private nuint Find(nint wanted)
    {
        kind = Marshal.ReadIntPtr(Marshal.ReadIntPtr(wanted, 8));
        return 0;
    }

    private nuint GetAttribute(nint handle, nint attribute)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        byte[]? value = (handle, Marshal.ReadIntPtr(attribute)) switch
        {
            (2, 0x180) => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
            (2, 0x181) => [0x04, 0x41, 0x04, .. parameters.Q.X!, .. parameters.Q.Y!],
            (3, 0x202) when AsksEachTime is { } asks => [asks ? (byte)1 : (byte)0],
            _ => null,
        };
        Marshal.WriteIntPtr(attribute, 16, value?.Length ?? -1);
        if (value is null)
        {
            return NotKnown;
        }

        Marshal.Copy(value, 0, Marshal.ReadIntPtr(attribute, 8), value.Length);
        return 0;
    }

    private nuint Sign(nint hash, int length, nint target, nint size)
    {
        if (needsPin)
        {
            Calls.Add("sign");
            return NotLoggedIn;
        }

        return Log("sign", () =>
        {
            byte[] content = new byte[length];
            Marshal.Copy(hash, content, 0, length);
            byte[] signature = key.SignHash(content);
            Marshal.Copy(signature, 0, target, signature.Length);
            Marshal.WriteIntPtr(size, signature.Length);
        });
    }
}
