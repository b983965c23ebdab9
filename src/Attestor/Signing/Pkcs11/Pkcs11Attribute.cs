using System.Runtime.InteropServices;

namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>CK_ATTRIBUTE.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Pkcs11Attribute
{
    /// <summary>CKA_CLASS.</summary>
    public const int Class = 0;

    /// <summary>CKA_LABEL.</summary>
    public const int Label = 3;

    /// <summary>CKA_ID.</summary>
    public const int Id = 0x102;

    /// <summary>CKA_EC_PARAMS.</summary>
    public const int EcParameters = 0x180;

    /// <summary>CKA_EC_POINT.</summary>
    public const int EcPoint = 0x181;

    /// <summary>CKA_ALWAYS_AUTHENTICATE.</summary>
    public const int AlwaysAuthenticate = 0x202;

    /// <summary>Which attribute.</summary>
    public nuint Type;

    /// <summary>Where the value is.</summary>
    public byte* Value;

    /// <summary>Its bytes.</summary>
    public nuint Length;
}
