//! The catalogue, in every language.

/// Texts of this screen; `{0}`, `{1}` … are filled in by the view.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Heading of the catalogue.
    pub heading: &'static str,
    /// Label of the search field.
    pub search: &'static str,
    /// Inside the empty search field.
    pub search_hint: &'static str,
    /// Empties the search field.
    pub clear_search: &'static str,
    /// Label of the order.
    pub sort: &'static str,
    /// Order.
    pub sort_own: &'static str,
    /// Order.
    pub sort_nearest: &'static str,
    /// Order.
    pub sort_value: &'static str,
    /// Order.
    pub sort_points_up: &'static str,
    /// Order.
    pub sort_points_down: &'static str,
    /// Order.
    pub sort_newest: &'static str,
    /// Order.
    pub sort_ending: &'static str,
    /// Names the group of kinds.
    pub kinds: &'static str,
    /// Every kind.
    pub all: &'static str,
    /// Kind.
    pub kind_airtime: &'static str,
    /// Kind.
    pub kind_data: &'static str,
    /// Kind.
    pub kind_voucher: &'static str,
    /// Kind.
    pub kind_premium: &'static str,
    /// Kind.
    pub kind_goods: &'static str,
    /// Kind.
    pub kind_discount: &'static str,
    /// Filter.
    pub can_redeem: &'static str,
    /// Filter.
    pub on_promotion: &'static str,
    /// Label.
    pub brand: &'static str,
    /// Every brand.
    pub all_brands: &'static str,
    /// Names the two fields of a range.
    pub points_range: &'static str,
    /// Label.
    pub points_min: &'static str,
    /// Label.
    pub points_max: &'static str,
    /// Inside the empty field.
    pub min_hint: &'static str,
    /// Inside the empty field.
    pub max_hint: &'static str,
    /// Button and heading of the sheet of filters.
    pub filters: &'static str,
    /// Read out with the button; {0} is how many filters are on.
    pub filters_on: &'static str,
    /// Takes every filter off.
    pub clear_all: &'static str,
    /// Takes one filter off; {0} is the filter.
    pub remove: &'static str,
    /// Closes the sheet of filters; {0} is how many rewards.
    pub show_results: &'static str,
    /// The same, for one.
    pub show_one: &'static str,
    /// Closes a dialog.
    pub close: &'static str,
    /// One reward in all or found.
    pub count_one: &'static str,
    /// How many rewards.
    pub count: &'static str,
    /// How many of how many.
    pub count_of: &'static str,
    /// Filter: at least.
    pub range_from: &'static str,
    /// Filter: at most.
    pub range_to: &'static str,
    /// Filter: between.
    pub range_both: &'static str,
    /// Read out while the catalogue comes.
    pub loading: &'static str,
    /// While the rest comes.
    pub loading_more: &'static str,
    /// Nothing matches.
    pub empty_title: &'static str,
    /// What was typed finds nothing; {0} is it.
    pub empty_text: &'static str,
    /// Over the buttons that take one filter off.
    pub empty_body: &'static str,
    /// No single filter helps.
    pub empty_none: &'static str,
    /// Button: a filter and what there would be without it.
    pub without: &'static str,
    /// Names the search as a filter; {0} is what was typed.
    pub filter_text: &'static str,
    /// A catalogue without rewards.
    pub nothing_title: &'static str,
    /// What to do then.
    pub nothing_body: &'static str,
    /// The catalogue did not come.
    pub error_title: &'static str,
    /// Why: no connection.
    pub error_offline: &'static str,
    /// Why: no answer.
    pub error_lost: &'static str,
    /// Asks again.
    pub again: &'static str,
    /// Shown data is old; {0} is since when.
    pub stale: &'static str,
    /// The first rewards came and the rest did not.
    pub rest_failed: &'static str,
    /// What the member can redeem did not come.
    pub standing_failed: &'static str,
    /// Worth of one point; {0} is rupiah.
    pub point_value: &'static str,
    /// Between whole and hundredths.
    pub decimal_mark: &'static str,
    /// Read out before the old price.
    pub before: &'static str,
    /// Read out before the price now.
    pub now_from: &'static str,
    /// Nothing stands in the way.
    pub ready: &'static str,
    /// Few left; {0} is how many.
    pub stock_low: &'static str,
    /// It can be redeemed until {0}.
    pub ends_on: &'static str,
    /// It can be redeemed from {0}.
    pub opens_on: &'static str,
    /// Too few points; {0} is how many are missing.
    pub short: &'static str,
    /// One point is missing.
    pub short_one: &'static str,
    /// Reason with when yes; {0} is when.
    pub not_open_long: &'static str,
    /// Reason, short.
    pub closed: &'static str,
    /// Reason; {0} is when.
    pub closed_long: &'static str,
    /// Reason, short.
    pub out_of_stock: &'static str,
    /// Reason with the next step.
    pub out_of_stock_long: &'static str,
    /// Reason; {0} is how many are left.
    pub stock_short_long: &'static str,
    /// Reason, short; {0} are tiers.
    pub tier: &'static str,
    /// Reason; {0} are tiers.
    pub tier_long: &'static str,
    /// Between the last two of a list.
    pub or: &'static str,
    /// Reason, short.
    pub limit: &'static str,
    /// Reason, short; {0} is when again.
    pub limit_again: &'static str,
    /// Reason; {0} is the limit.
    pub limit_long: &'static str,
    /// Reason with when yes; {0} is the limit, {1} when.
    pub limit_again_long: &'static str,
    /// Reason, short; {0} is the balance that must be there.
    pub minimum: &'static str,
    /// Reason; {0} is the balance that must be there, {1} what is missing.
    pub minimum_long: &'static str,
    /// Reason; {0} is the most.
    pub too_many_long: &'static str,
    /// Reason; {0} is what is missing.
    pub short_long: &'static str,
    /// Reason of a newer server, short.
    pub other: &'static str,
    /// Reason of a newer server.
    pub other_long: &'static str,
    /// Heading over the reasons.
    pub why_not: &'static str,
    /// Limit; {0} is how many.
    pub per_day: &'static str,
    /// Limit; {0} is how many.
    pub per_week: &'static str,
    /// Limit; {0} is how many.
    pub per_month: &'static str,
    /// Limit; {0} is how many.
    pub per_ever: &'static str,
    /// Heading.
    pub terms: &'static str,
    /// Heading over the facts.
    pub good_to_know: &'static str,
    /// Name of a fact.
    pub fact_value: &'static str,
    /// `{0}`: money. What a reward is worth at most.
    pub worth_up_to: &'static str,
    /// Name of a fact.
    pub fact_valid: &'static str,
    /// {0} is how many days.
    pub fact_days: &'static str,
    /// Name of a fact.
    pub fact_window: &'static str,
    /// Name of a fact.
    pub fact_limit: &'static str,
    /// Name of a fact.
    pub fact_tier: &'static str,
    /// Name of a fact.
    pub fact_balance: &'static str,
    /// Name of a fact.
    pub fact_stock: &'static str,
    /// Name of a fact.
    pub fact_needs: &'static str,
    /// What the member has to give.
    pub needs_nothing: &'static str,
    /// What the member has to give.
    pub needs_phone: &'static str,
    /// What the member has to give.
    pub needs_address: &'static str,
    /// Label.
    pub quantity: &'static str,
    /// Button.
    pub fewer: &'static str,
    /// Button.
    pub more: &'static str,
    /// Under the quantity; {0} is the most.
    pub quantity_max: &'static str,
    /// What it costs in all.
    pub total: &'static str,
    /// What is left after redeeming; {0} are points.
    pub left: &'static str,
    /// Button.
    pub redeem: &'static str,
    /// Button before sign-in.
    pub sign_in_to_redeem: &'static str,
    /// The detail did not come.
    pub detail_failed: &'static str,
    /// Read out while the detail comes.
    pub detail_loading: &'static str,
    /// Until when the lower price holds.
    pub promotion_until: &'static str,
    /// Fact.
    pub fact_promotion: &'static str,
    /// Pending points, and when they come.
    pub coming: &'static str,
    /// What is left of the limit of the member.
    pub quantity_left: &'static str,
}

/// Indonesian.
pub const ID: Texts = Texts {
    heading: "Katalog hadiah",
    search: "Cari hadiah",
    search_hint: "Cari hadiah atau merek",
    clear_search: "Kosongkan pencarian",
    sort: "Urutkan",
    sort_own: "Pilihan kami",
    sort_nearest: "Poin hampir cukup",
    sort_value: "Paling hemat per poin",
    sort_points_up: "Poin terendah",
    sort_points_down: "Poin tertinggi",
    sort_newest: "Terbaru",
    sort_ending: "Segera berakhir",
    kinds: "Jenis hadiah",
    all: "Semua",
    kind_airtime: "Pulsa",
    kind_data: "Paket data",
    kind_voucher: "Voucher belanja",
    kind_premium: "Langganan digital",
    kind_goods: "Barang",
    kind_discount: "Diskon toko",
    can_redeem: "Bisa ditukar sekarang",
    on_promotion: "Sedang promo",
    brand: "Merek",
    all_brands: "Semua merek",
    points_range: "Rentang poin",
    points_min: "Poin minimal",
    points_max: "Poin maksimal",
    min_hint: "Min.",
    max_hint: "Maks.",
    filters: "Filter",
    filters_on: "Filter, {0} aktif",
    clear_all: "Hapus semua filter",
    remove: "Hapus filter {0}",
    show_results: "Lihat {0} hadiah",
    show_one: "Lihat 1 hadiah",
    close: "Tutup",
    count_one: "1 hadiah",
    count: "{0} hadiah",
    count_of: "{0} dari {1} hadiah",
    range_from: "Mulai {0} poin",
    range_to: "Sampai {0} poin",
    range_both: "{0}–{1} poin",
    loading: "Memuat katalog",
    loading_more: "Memuat hadiah lainnya…",
    empty_title: "Tidak ada hadiah yang cocok",
    empty_text: "Kami tidak menemukan “{0}”.",
    empty_body: "Hapus salah satu filter ini untuk melihat lebih banyak:",
    empty_none: "Tidak ada hadiah yang cocok dengan semua filter ini.",
    without: "Tanpa {0}",
    filter_text: "“{0}”",
    nothing_title: "Belum ada hadiah",
    nothing_body: "Katalog program ini masih kosong. Poin Anda tetap aman.",
    error_title: "Katalog belum bisa dimuat",
    error_offline: "Tidak ada koneksi internet.",
    error_lost: "Server kami tidak menjawab. Poin Anda tidak berubah.",
    again: "Coba lagi",
    stale: "Koneksi terputus. Data per {0}.",
    rest_failed: "Sebagian hadiah belum termuat.",
    standing_failed: "Kami belum bisa memeriksa hadiah mana yang bisa Anda tukar.",
    point_value: "Rp{0}/poin",
    decimal_mark: ",",
    before: "Sebelumnya",
    now_from: "Sekarang",
    ready: "Bisa ditukar sekarang",
    stock_low: "Sisa {0}",
    ends_on: "Sampai {0}",
    opens_on: "Mulai {0}",
    short: "Kurang {0} poin",
    short_one: "Kurang 1 poin",
    not_open_long: "Hadiah ini baru bisa ditukar mulai {0}.",
    closed: "Penukaran ditutup",
    closed_long: "Masa penukaran hadiah ini berakhir {0}.",
    out_of_stock: "Stok habis",
    out_of_stock_long: "Stok hadiah ini habis. Pilih hadiah lain yang serupa.",
    stock_short_long: "Stok tinggal {0}. Kurangi jumlahnya.",
    tier: "Khusus {0}",
    tier_long: "Hadiah ini khusus anggota {0}.",
    or: "atau",
    limit: "Batas penukaran tercapai",
    limit_again: "Bisa lagi {0}",
    limit_long: "Anda sudah mencapai batas {0}.",
    limit_again_long: "Anda sudah mencapai batas {0}. Bisa ditukar lagi mulai {1}.",
    minimum: "Saldo minimal {0} poin",
    minimum_long: "Saldo Anda harus minimal {0} poin. Kurang {1} poin lagi.",
    too_many_long: "Maksimal {0} per penukaran.",
    short_long: "Poin Anda kurang {0} untuk hadiah ini.",
    other: "Belum bisa ditukar",
    other_long: "Hadiah ini belum bisa Anda tukar.",
    why_not: "Mengapa belum bisa ditukar",
    per_day: "{0} kali per hari",
    per_week: "{0} kali per minggu",
    per_month: "{0} kali per bulan",
    per_ever: "{0} kali per anggota",
    terms: "Syarat dan ketentuan",
    good_to_know: "Yang perlu Anda ketahui",
    fact_value: "Nilai",
    worth_up_to: "maksimal {0}",
    fact_valid: "Masa berlaku voucher",
    fact_days: "{0} hari setelah ditukar",
    fact_window: "Masa penukaran",
    fact_limit: "Batas penukaran",
    fact_tier: "Khusus anggota",
    fact_balance: "Saldo minimal",
    fact_stock: "Stok",
    fact_needs: "Yang perlu Anda isi",
    needs_nothing: "Kode OTP saja",
    needs_phone: "Nomor ponsel penerima",
    needs_address: "Alamat pengiriman",
    quantity: "Jumlah",
    fewer: "Kurangi satu",
    more: "Tambah satu",
    quantity_max: "Maksimal {0} per penukaran",
    total: "Total",
    left: "Sisa {0} setelah ditukar",
    redeem: "Lanjut",
    sign_in_to_redeem: "Masuk untuk menukar",
    detail_failed: "Rincian hadiah belum bisa dimuat.",
    detail_loading: "Memuat rincian",
    promotion_until: "Harga promo berlaku s.d. {0}",
    fact_promotion: "Harga promo",
    coming: "{0} poin akan masuk, paling lambat {1}.",
    quantity_left: "Anda masih bisa menukar {0}",
};

/// English.
pub const EN: Texts = Texts {
    heading: "Rewards",
    search: "Search rewards",
    search_hint: "Search rewards or brands",
    clear_search: "Clear search",
    sort: "Sort",
    sort_own: "Our picks",
    sort_nearest: "Almost enough points",
    sort_value: "Best value per point",
    sort_points_up: "Fewest points",
    sort_points_down: "Most points",
    sort_newest: "Newest",
    sort_ending: "Ending soon",
    kinds: "Kind of reward",
    all: "All",
    kind_airtime: "Airtime",
    kind_data: "Data",
    kind_voucher: "Vouchers",
    kind_premium: "Digital subscriptions",
    kind_goods: "Goods",
    kind_discount: "Store discounts",
    can_redeem: "Can redeem now",
    on_promotion: "On promotion",
    brand: "Brand",
    all_brands: "All brands",
    points_range: "Points range",
    points_min: "Minimum points",
    points_max: "Maximum points",
    min_hint: "Min.",
    max_hint: "Max.",
    filters: "Filters",
    filters_on: "Filters, {0} on",
    clear_all: "Clear all filters",
    remove: "Remove filter {0}",
    show_results: "Show {0} rewards",
    show_one: "Show 1 reward",
    close: "Close",
    count_one: "1 reward",
    count: "{0} rewards",
    count_of: "{0} of {1} rewards",
    range_from: "From {0} points",
    range_to: "Up to {0} points",
    range_both: "{0}–{1} points",
    loading: "Loading rewards",
    loading_more: "Loading more rewards…",
    empty_title: "No rewards match",
    empty_text: "We found nothing for “{0}”.",
    empty_body: "Remove one of these filters to see more:",
    empty_none: "No rewards match all of these filters.",
    without: "Without {0}",
    filter_text: "“{0}”",
    nothing_title: "No rewards yet",
    nothing_body: "This programme has no rewards yet. Your points are safe.",
    error_title: "The catalogue could not be loaded",
    error_offline: "No internet connection.",
    error_lost: "Our server did not answer. Your points have not changed.",
    again: "Try again",
    stale: "The connection dropped. Data as of {0}.",
    rest_failed: "Some rewards have not loaded.",
    standing_failed: "We can’t check yet which rewards you can redeem.",
    point_value: "Rp{0}/point",
    decimal_mark: ".",
    before: "Before",
    now_from: "Now",
    ready: "You can redeem it now",
    stock_low: "{0} left",
    ends_on: "Until {0}",
    opens_on: "From {0}",
    short: "{0} points to go",
    short_one: "1 point to go",
    not_open_long: "You can redeem this from {0}.",
    closed: "No longer available",
    closed_long: "This could be redeemed until {0}.",
    out_of_stock: "Out of stock",
    out_of_stock_long: "This reward is out of stock. Choose a similar one.",
    stock_short_long: "Only {0} left. Choose fewer.",
    tier: "{0} only",
    tier_long: "This reward is for {0} members.",
    or: "or",
    limit: "Limit reached",
    limit_again: "Again from {0}",
    limit_long: "You have reached the limit of {0}.",
    limit_again_long: "You have reached the limit of {0}. You can redeem it again from {1}.",
    minimum: "Needs a balance of {0}",
    minimum_long: "Your balance must be at least {0} points. You need {1} more.",
    too_many_long: "Up to {0} per redemption.",
    short_long: "Points missing for this reward: {0}.",
    other: "Not available yet",
    other_long: "You can’t redeem this reward yet.",
    why_not: "Why it can’t be redeemed yet",
    per_day: "{0} a day",
    per_week: "{0} a week",
    per_month: "{0} a month",
    per_ever: "{0} per member",
    terms: "Terms and conditions",
    good_to_know: "Good to know",
    fact_value: "Value",
    worth_up_to: "up to {0}",
    fact_valid: "Voucher valid for",
    fact_days: "{0} days after redeeming",
    fact_window: "Redemption period",
    fact_limit: "Limit",
    fact_tier: "For members of",
    fact_balance: "Minimum balance",
    fact_stock: "Stock",
    fact_needs: "You will need",
    needs_nothing: "Only the 6-digit code",
    needs_phone: "The recipient’s mobile number",
    needs_address: "A delivery address",
    quantity: "Quantity",
    fewer: "One fewer",
    more: "One more",
    quantity_max: "Up to {0} per redemption",
    total: "Total",
    left: "{0} left after redeeming",
    redeem: "Continue",
    sign_in_to_redeem: "Sign in to redeem",
    detail_failed: "The details could not be loaded.",
    detail_loading: "Loading details",
    promotion_until: "Offer until {0}",
    fact_promotion: "Offer price",
    coming: "{0} pending points will be added by {1}.",
    quantity_left: "You can still redeem {0}",
};
