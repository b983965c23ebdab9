using System.Runtime.InteropServices;
using System.Text;

namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>
/// The functions of a module that are needed to sign (PKCS #11 2.40, with 64-bit numbers as on Linux and macOS). A module stays loaded as
/// long as the process lives: another signer may be using it.
/// </summary>
internal sealed unsafe class Pkcs11Module
{
    private const int FirstFunction = 8;
    private const int OsLocking = 2;
    private const int SerialSession = 4;
    private const int TokenInfoSize = 256;
    private const int SerialOffset = 80;
    private const int MostSlots = 256;
    private const int NormalUser = 1;
    private const int ContextSpecificUser = 2;

    private readonly void** functions;

    /// <summary>Loads a module.</summary>
    /// <exception cref="KeyException">It is no module.</exception>
    /// <exception cref="Pkcs11Exception">It does not start.</exception>
    public Pkcs11Module(string path)
        : this(Load(path))
    {
    }

    /// <summary>Starts a module that is loaded.</summary>
    /// <param name="functionList">Its CK_FUNCTION_LIST.</param>
    /// <exception cref="Pkcs11Exception">It does not start.</exception>
    internal Pkcs11Module(nint functionList)
    {
        functions = (void**)(functionList + FirstFunction);
        nuint* arguments = stackalloc nuint[6];
        new Span<nuint>(arguments, 6).Clear();
        arguments[4] = OsLocking;
        nuint started = ((delegate* unmanaged[Cdecl]<void*, nuint>)functions[0])(arguments);
        if (started != (nuint)Pkcs11Result.AlreadyInitialized)
        {
            Check("C_Initialize", started);
        }
    }

    /// <summary>The slots that hold a token, with its label and its serial number.</summary>
    public IReadOnlyList<(ulong Slot, string Label, string Serial)> ListTokens()
    {
        nuint* slots = stackalloc nuint[MostSlots];
        nuint count = MostSlots;
        Check("C_GetSlotList", ((delegate* unmanaged[Cdecl]<byte, nuint*, nuint*, nuint>)functions[4])(1, slots, &count));
        byte* token = stackalloc byte[TokenInfoSize];
        var tokens = new List<(ulong, string, string)>();
        for (nuint i = 0; i < Math.Min(count, MostSlots); i++)
        {
            Check("C_GetTokenInfo", ((delegate* unmanaged[Cdecl]<nuint, byte*, nuint>)functions[6])(slots[i], token));
            tokens.Add((slots[i], Padded(token, 32), Padded(token + SerialOffset, 16)));
        }

        return tokens;
    }

    /// <summary>Opens a session that only reads.</summary>
    public nuint OpenSession(ulong slot)
    {
        nuint session;
        Check("C_OpenSession", ((delegate* unmanaged[Cdecl]<nuint, nuint, void*, void*, nuint*, nuint>)functions[12])((nuint)slot, SerialSession, null, null, &session));
        return session;
    }

    /// <summary>Closes a session; one that is gone already is none to close.</summary>
    public void CloseSession(nuint session) => _ = ((delegate* unmanaged[Cdecl]<nuint, nuint>)functions[13])(session);

    /// <summary>Logs the user in. A wrong PIN may lock the token, so that nobody may try it twice.</summary>
    public void LogIn(nuint session, ReadOnlySpan<byte> pin)
    {
        var result = LogIn(session, NormalUser, pin);
        if (result is not Pkcs11Result.AlreadyLoggedIn)
        {
            Check("C_Login", (nuint)result);
        }
    }

    /// <summary>The objects of a class with a label and an id, at most two of them: more than one is one too many.</summary>
    public nuint[] FindObjects(nuint session, nuint kind, byte[]? label, byte[]? id)
    {
        fixed (byte* labelBytes = label, idBytes = id)
        {
            Pkcs11Attribute* wanted = stackalloc Pkcs11Attribute[3];
            int count = 0;
            wanted[count++] = new Pkcs11Attribute { Type = Pkcs11Attribute.Class, Value = (byte*)&kind, Length = (nuint)sizeof(nuint) };
            if (label is not null)
            {
                wanted[count++] = new Pkcs11Attribute { Type = Pkcs11Attribute.Label, Value = labelBytes, Length = (nuint)label.Length };
            }

            if (id is not null)
            {
                wanted[count++] = new Pkcs11Attribute { Type = Pkcs11Attribute.Id, Value = idBytes, Length = (nuint)id.Length };
            }

            Check("C_FindObjectsInit", ((delegate* unmanaged[Cdecl]<nuint, Pkcs11Attribute*, nuint, nuint>)functions[26])(session, wanted, (nuint)count));
        }

        nuint* found = stackalloc nuint[2];
        nuint number;
        nuint searched = ((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint*, nuint>)functions[27])(session, found, 2, &number);
        Check("C_FindObjectsFinal", ((delegate* unmanaged[Cdecl]<nuint, nuint>)functions[28])(session));
        Check("C_FindObjects", searched);
        return [.. new ReadOnlySpan<nuint>(found, (int)Math.Min(number, 2))];
    }

    /// <summary>An attribute of an object, at most 1,024 bytes.</summary>
    public byte[] GetAttribute(nuint session, nuint handle, nuint type)
    {
        byte[] value = new byte[1024];
        fixed (byte* bytes = value)
        {
            var attribute = new Pkcs11Attribute { Type = type, Value = bytes, Length = (nuint)value.Length };
            Check("C_GetAttributeValue", ((delegate* unmanaged[Cdecl]<nuint, nuint, Pkcs11Attribute*, nuint, nuint>)functions[24])(session, handle, &attribute, 1));
            return attribute.Length <= (nuint)value.Length ? value[..(int)attribute.Length] : [];
        }
    }

    /// <summary>Signs a hash by CKM_ECDSA: r and s, one half of the bytes each.</summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The key.</param>
    /// <param name="hash">What is signed.</param>
    /// <param name="pin">The PIN for this one signature; empty for a key that does not ask for it.</param>
    public byte[] Sign(nuint session, nuint key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> pin)
    {
        const nuint Ecdsa = 0x1041;
        nuint* mechanism = stackalloc nuint[3] { Ecdsa, 0, 0 };
        Check("C_SignInit", ((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint>)functions[42])(session, mechanism, key));
        if (!pin.IsEmpty)
        {
            Check("C_Login", (nuint)LogIn(session, ContextSpecificUser, pin));
        }

        byte* signature = stackalloc byte[144];
        nuint length = 144;
        fixed (byte* bytes = hash)
        {
            Check("C_Sign", ((delegate* unmanaged[Cdecl]<nuint, byte*, nuint, byte*, nuint*, nuint>)functions[43])(session, bytes, (nuint)hash.Length, signature, &length));
        }

        return [.. new ReadOnlySpan<byte>(signature, (int)Math.Min(length, 144))];
    }

    private static nint Load(string path)
    {
        if (sizeof(nuint) is not 8 || OperatingSystem.IsWindows())
        {
            throw new KeyException("KEY_REFERENCE", "Keys in hardware (pkcs11:) are supported on 64-bit Linux and macOS only.");
        }

        if (!NativeLibrary.TryLoad(path, out nint library) || !NativeLibrary.TryGetExport(library, "C_GetFunctionList", out nint getList))
        {
            throw new KeyException("KEY_REFERENCE", $"{path} cannot be loaded as a PKCS #11 module. Check module-path, and that the module is for this processor.");
        }

        nint list;
        Check("C_GetFunctionList", ((delegate* unmanaged[Cdecl]<nint*, nuint>)getList)(&list));
        return list;
    }

    private Pkcs11Result LogIn(nuint session, nuint user, ReadOnlySpan<byte> pin)
    {
        fixed (byte* bytes = pin)
        {
            return (Pkcs11Result)((delegate* unmanaged[Cdecl]<nuint, nuint, byte*, nuint, nuint>)functions[18])(session, user, bytes, (nuint)pin.Length);
        }
    }

    private static string Padded(byte* text, int length) => Encoding.UTF8.GetString(text, length).TrimEnd(' ', '\0');

    private static void Check(string function, nuint result)
    {
        if (result is not 0)
        {
            throw new Pkcs11Exception(function, (Pkcs11Result)result);
        }
    }
}
